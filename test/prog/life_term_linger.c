/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmq_ctx_term() is held by a closed socket whose message nobody takes.
 *
 * zg: expect warning term-stall
 * zg: options term_stall=1
 * zg: report all sockets of context C1 are closed, but not every message is out
 * zg: report socket S1 PUSH.*created by the main thread, closed, linger 1000000 ms
 */
#include <pthread.h>

#include "life.h"

static void *end(void *unused)
{
    (void)unused;
    life_await_report();
    _exit(0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pthread_t thread;
    int linger = 1000000;

    CHECK(zmq_connect(socket, "tcp://127.0.0.1:9") == 0);
    CHECK(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger)) == 0);
    CHECK(zmq_send(socket, "x", 1, 0) == 1);
    CHECK(zmq_close(socket) == 0);
    CHECK(pthread_create(&thread, NULL, end, NULL) == 0);
    (void)zmq_ctx_term(context);
    return 1;
}
