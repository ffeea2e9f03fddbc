/* SPDX-License-Identifier: MPL-2.0 */
/* That a timer has expired says nothing of other threads, however it is waited for: by poll(),
 * ppoll(), select(), epoll, zmq_poll(), or by a signal's handler; nor when it is waited for again.
 */
/* zg: expect cross-thread-use */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include "order.h"

static volatile sig_atomic_t rang;

static void on_alarm(int number)
{
    (void)number;
    rang = 1;
}

static void wait_for_signal(void)
{
    struct itimerval soon = {.it_value.tv_usec = 1};

    signal(SIGALRM, on_alarm);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    while (!rang)
        usleep(100);
}

static void wait_for_timer(void)
{
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), loop = epoll_create1(0);
    struct pollfd fd = {.fd = timer, .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x1234567890};
    zmq_pollitem_t item = {.fd = timer, .events = ZMQ_POLLIN};
    fd_set set;

    CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, timer, &event) == 0);
    for (int i = 0; i < 3; i++) {
        FD_ZERO(&set);
        FD_SET(timer, &set);
        CHECK(poll(&fd, 1, -1) == 1 && ppoll(&fd, 1, NULL, NULL) == 1);
        CHECK(select(timer + 1, &set, NULL, NULL, NULL) == 1);
        CHECK(epoll_wait(loop, &event, 1, -1) == 1);
        CHECK(zmq_poll(&item, 1, -1) == 1);
    }
    CHECK(close(loop) == 0 && close(timer) == 0);
}

static void *run(void *socket)
{
    await(1);
    wait_for_timer();
    wait_for_signal();
    use(socket);
    reached(2);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    sigset_t set;
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    use(socket);
    reached(1);
    await(2);
    return 0;
}
