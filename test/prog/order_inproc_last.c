/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread sends two messages in a row and says that it is done by nothing else; who has received
 * the last one closes its socket.
 * zg: expect silent
 */
#include "order.h"

static void *there;

static void *run(void *unused)
{
    CHECK(zmq_send(there, "a", 1, 0) == 1);
    CHECK(zmq_send(there, "b", 1, 0) == 1);
    reached(1);
    await(2);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *here = zmq_socket(context, ZMQ_PULL);
    pthread_t thread;
    char text[8];

    there = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_bind(here, "inproc://x") == 0);
    CHECK(zmq_connect(there, "inproc://x") == 0);
    pthread_create(&thread, NULL, run, NULL);
    for (int i = 0; i < 2; i++)
        CHECK(zmq_recv(here, text, sizeof(text), 0) == 1);
    await(1); /* its call has returned */
    CHECK(zmq_close(there) == 0);
    reached(2);
    pthread_join(thread, NULL);
    CHECK(zmq_close(here) == 0);
    zmq_ctx_term(context);
    return 0;
}
