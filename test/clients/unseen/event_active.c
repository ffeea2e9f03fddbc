/* SPDX-License-Identifier: MPL-2.0 */
/* Sockets go to a libevent loop by a pipe that it watches. */
/* build: $(pkg-config --cflags --libs libevent) */
#include <event2/event.h>

#include "order.h"

static int ends[2];
static int left = 10;

static void on_read(evutil_socket_t fd, short what, void *base)
{
    void *socket;

    (void)what;
    CHECK(read(fd, &socket, sizeof(socket)) == sizeof(socket));
    use(socket);
    zmq_close(socket);
    if (--left == 0)
        event_base_loopbreak(base);
}

static void *loop(void *base)
{
    event_base_dispatch(base);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    struct event_base *base = event_base_new();
    struct event *event;
    pthread_t thread;

    CHECK(pipe(ends) == 0);
    event = event_new(base, ends[0], EV_READ | EV_PERSIST, on_read, base);
    event_add(event, NULL);
    pthread_create(&thread, NULL, loop, base);
    for (int i = 0; i < 10; i++) {
        void *socket = make_socket(context);

        use(socket);
        CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
    }
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
    return 0;
}
