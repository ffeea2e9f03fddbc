/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket is closed twice, the second time when a timer set has its address: the timer set is not
 * what is closed.
 *
 * zg: expect double-close
 * zg: report on a PAIR socket that was closed
 */
#include "life_reuse.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    CHECK(zmq_close(socket) == 0);
    CHECK(life_timers_at(socket) == socket);
    (void)zmq_close(socket);
    return 0;
}
