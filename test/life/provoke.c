/* SPDX-License-Identifier: MPL-2.0 */
/* For provoke.sh: a socket goes to a thread by a pipe, which then uses it five times in the way
 * that the argument says. */
#include <signal.h>
#include <string.h>

#include "order.h"

static int ends[2];
static void *socket_;

static void on_signal(int number)
{
    (void)number;
    use(socket_);
}

static void *run(void *how)
{
    signal(SIGUSR1, on_signal);
    CHECK(read(ends[0], &socket_, sizeof(socket_)) == sizeof(socket_));
    for (int i = 0; i < 5; i++) {
        zmq_pollitem_t item = {.socket = socket_, .events = ZMQ_POLLOUT};

        if (strcmp(how, "handler") == 0)
            pthread_kill(pthread_self(), SIGUSR1);
        else if (strcmp(how, "poll") == 0)
            zmq_poll(&item, 1, 0);
        else if (strcmp(how, "wait") == 0) /* for what does not come */
            zmq_poll(&(zmq_pollitem_t){.socket = socket_, .events = ZMQ_POLLIN}, 1, 100);
        else
            use(socket_);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new(), *socket;
    pthread_t thread;

    (void)argc;
    CHECK(pipe(ends) == 0);
    pthread_create(&thread, NULL, run, argv[1]);
    socket = make_socket(context);
    use(socket);
    CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
    pthread_join(thread, NULL);
    return 0; /* nothing is closed: that might be held, too */
}
