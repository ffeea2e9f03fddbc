/* SPDX-License-Identifier: MPL-2.0 */
/* An event loop that only asks for ZMQ_FD and ZMQ_EVENTS waits on the socket: policy=strict binds
 * it to the loop's thread.
 * zg: expect cross-thread-use
 * zg: options policy=strict
 * zg: report the two calls are in order */
#include "order.h"

static void *loop(void *socket)
{
    int fd, events;
    size_t len = sizeof(fd);

    CHECK(zmq_getsockopt(socket, ZMQ_FD, &fd, &len) == 0);
    len = sizeof(events);
    CHECK(zmq_getsockopt(socket, ZMQ_EVENTS, &events, &len) == 0);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_DEALER);
    pthread_t thread;

    CHECK(zmq_bind(socket, "inproc://loop") == 0);
    pthread_create(&thread, NULL, loop, socket);
    pthread_join(thread, NULL);
    use(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
