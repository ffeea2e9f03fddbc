/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Sockets are closed once each, and their addresses come again: the twin of life_double_close.c and
 * life_stale_close*.c.
 *
 * zg: expect silent
 */
#include "life_reuse.h"

int main(void)
{
    void *context = zmq_ctx_new();

    for (int i = 0; i < 100; i++) {
        void *socket = zmq_socket(context, ZMQ_PAIR);

        CHECK(zmq_close(socket) == 0);
        if (i > 0)
            continue;
        socket = life_socket_at(context, ZMQ_PAIR, socket);
        CHECK(zmq_bind(socket, "inproc://again") == 0);
        CHECK(zmq_close(socket) == 0);
    }
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
