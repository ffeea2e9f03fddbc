/* SPDX-License-Identifier: MPL-2.0 */
/* A socket's pointer goes to a thread through an inproc PAIR, and back, again and again.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

static void *context;

static void *run(void *unused)
{
    void *pair = zmq_socket(context, ZMQ_PAIR), *socket;

    zmq_connect(pair, "inproc://hand-over");
    for (;;) {
        CHECK(zmq_recv(pair, &socket, sizeof(socket), 0) == sizeof(socket));
        if (socket == NULL)
            break;
        use(socket);
        zmq_send(pair, &socket, sizeof(socket), 0);
    }
    zmq_close(pair);
    return unused;
}

int main(void)
{
    void *pair, *socket;
    pthread_t thread;

    context = zmq_ctx_new();
    pair = zmq_socket(context, ZMQ_PAIR);
    zmq_bind(pair, "inproc://hand-over");
    pthread_create(&thread, NULL, run, NULL);
    for (int i = 0; i < 50; i++) {
        socket = make_socket(context);
        use(socket);
        zmq_send(pair, &socket, sizeof(socket), 0);
        zmq_recv(pair, &socket, sizeof(socket), 0);
        use(socket);
        zmq_send(pair, &socket, sizeof(socket), 0);
        zmq_recv(pair, &socket, sizeof(socket), 0);
        zmq_close(socket);
    }
    socket = NULL;
    zmq_send(pair, &socket, sizeof(socket), 0);
    pthread_join(thread, NULL);
    zmq_close(pair);
    zmq_ctx_term(context);
    return 0;
}
