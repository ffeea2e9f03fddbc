/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer's handler destroys the set that is calling it. Without the guard that may go on for ever.
 *
 * zg: expect reentrant-use
 * zg: report zmq_timers_destroy\(\) on a timer set by the main thread, which is inside of
 * zg: bare none
 */
#include "life.h"

static void *timers;

static void fired(int id, void *arg)
{
    void *copy = timers;

    (void)id, (void)arg;
    zmq_timers_destroy(&copy);
}

int main(void)
{
    timers = zmq_timers_new();
    CHECK(zmq_timers_add(timers, 0, fired, NULL) == 1);
    zmq_timers_execute(timers);
    return 0;
}
