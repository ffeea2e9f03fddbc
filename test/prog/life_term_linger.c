/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmq_ctx_term() is held by a closed socket whose message nobody takes.
 *
 * zg: expect warning term-stall
 * zg: options term_stall=1
 * zg: report all sockets of context C1 are closed, but not every message is out
 * zg: report socket S1 PUSH.*created by the main thread, closed, linger 2500 ms
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    int linger = 2500;

    CHECK(zmq_connect(socket, "tcp://127.0.0.1:9") == 0);
    CHECK(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger)) == 0);
    CHECK(zmq_send(socket, "x", 1, 0) == 1);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
