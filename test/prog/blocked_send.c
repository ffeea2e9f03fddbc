/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A message is sent on a socket on which another thread waits in zmq_recv().
 *
 * zg: expect concurrent-use
 * zg: report ERROR: libzmqguard: concurrent-use: zmq_send\(\) on a PAIR socket
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
    result = zmq_send(shared, "x", 1, ZMQ_DONTWAIT);
}

int main(void)
{
    start_waiter();
    intruder();
    _exit(0);
}
