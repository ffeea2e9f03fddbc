/* SPDX-License-Identifier: MPL-2.0 */
/* The pointer went through an inproc PAIR; but the sender uses the socket after sending it.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

static void *context;

static void *run(void *unused)
{
    void *pair = zmq_socket(context, ZMQ_PAIR), *socket;

    zmq_connect(pair, "inproc://hand-over");
    zmq_recv(pair, &socket, sizeof(socket), 0);
    await(1);
    use(socket);
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
    socket = make_socket(context);
    zmq_send(pair, &socket, sizeof(socket), 0);
    use(socket);
    reached(1);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_close(pair);
    zmq_ctx_term(context);
    return 0;
}
