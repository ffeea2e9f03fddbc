/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer set gets the address of a closed socket, and a socket that of the timer set: each is what
 * it is.
 *
 * zg: expect silent
 */
#include "life_reuse.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    void *timers;

    CHECK(zmq_close(socket) == 0);
    timers = life_timers_at(socket);
    CHECK(zmq_timers_timeout(timers) == -1);
    CHECK(zmq_timers_destroy(&timers) == 0);
    socket = life_socket_at(context, ZMQ_PAIR, socket);
    CHECK(zmq_send(socket, "", 0, ZMQ_DONTWAIT) == -1);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
