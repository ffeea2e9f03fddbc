/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket is polled on which another thread waits in zmq_recv().
 *
 * zg: expect concurrent-use
 * zg: report ERROR: libzmqguard: concurrent-use: zmq_poll\(\) on a PAIR socket
 * zg: report zmq_recv\(\)
 * zg: report #[0-9]+ .*waiter
 * zg: report #[0-9]+ .*intruder
 * zg: bare any
 * zg: runs 20
 */
#include "blocked.h"

static volatile int result; /* stored after the call, which therefore is not a jump */

static __attribute__((noinline)) void intruder(void)
{
    zmq_pollitem_t item = {.socket = shared, .events = ZMQ_POLLIN};

    result = zmq_poll(&item, 1, 0);
}

int main(void)
{
    start_waiter();
    intruder();
    _exit(0);
}
