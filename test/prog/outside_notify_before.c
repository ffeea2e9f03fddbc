/* SPDX-License-Identifier: MPL-2.0 */
/* That libc made a thread for a notification orders what was done before it began, and nothing that
 * was done later. */
/* zg: expect cross-thread-use */
/* zg: link -lrt */
#include <signal.h>

#include "order.h"

static void on_timer(union sigval value)
{
    pthread_setname_np(pthread_self(), "a) b (1 2 3"); /* as /proc tells it */
    reached(1);
    await(2);
    use(value.sival_ptr);
    reached(3);
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_timer};
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    timer_t timer;

    event.sigev_value.sival_ptr = socket;
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
    await(1);
    pass_ticks();
    use(socket);
    reached(2);
    await(3);
    return 0;
}
