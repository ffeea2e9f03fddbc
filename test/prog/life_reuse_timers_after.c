/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer set is used after its end, when a socket has its address: the socket is not what is used.
 *
 * zg: expect use-after-close
 * zg: report on a timer set that was closed
 */
#include "life_reuse.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    void *timers, *ended;

    CHECK(zmq_close(socket) == 0);
    timers = ended = life_timers_at(socket);
    CHECK(zmq_timers_destroy(&timers) == 0);
    (void)life_socket_at(context, ZMQ_PAIR, socket);
    (void)zmq_timers_timeout(ended);
    return 0;
}
