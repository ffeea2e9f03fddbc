/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer set is used after it was destroyed, by a copy of its handle.
 *
 * zg: expect use-after-close
 * zg: report zmq_timers_timeout\(\) on a timer set that was closed
 * zg: bare any
 */
#include "life.h"

int main(void)
{
    void *timers = zmq_timers_new();
    void *copy = timers;

    CHECK(zmq_timers_destroy(&timers) == 0);
    zmq_timers_timeout(copy);
    return 0;
}
