/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An exception passes through libzmq and the guard: from a timer's handler out of
 * zmq_timers_execute(), whose call is left, so that another thread may go on in order.
 *
 * zg: expect silent
 */
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <zmq.h>

static void fired(int, void *)
{
    throw std::runtime_error("from a handler");
}

int main()
{
    void *timers = zmq_timers_new();
    bool caught = false;

    if (zmq_timers_add(timers, 0, fired, nullptr) != 1)
        return EXIT_FAILURE;
    try {
        zmq_timers_execute(timers);
    } catch (const std::runtime_error &) {
        caught = true;
    }
    std::thread([timers] { zmq_timers_timeout(timers); }).join();
    zmq_timers_destroy(&timers);
    return caught ? EXIT_SUCCESS : EXIT_FAILURE;
}
