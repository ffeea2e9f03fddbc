/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A loop waits for a timer and for a pipe by which a socket is handed over: that the timer told
 * nothing says nothing of the pipe, which comes in the same tick. Also when the pipe comes under
 * the word (epoll_data) that is the timer's, and whether the guard sees that or not.
 */
/* zg: expect silent */
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#define ROUNDS 50
#include "outside_turns.h"

static int loop, timer;

enum { APART, CHANGED, CHANGED_UNSEEN, WAYS };

static void prepare(void *context)
{
    struct epoll_event timer_event = {.events = EPOLLIN | EPOLLET, .data.u64 = 1};
    struct epoll_event pipe_event = {.events = EPOLLIN, .data.u64 = 2};

    (void)context;
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    loop = epoll_create1(0);
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, timer, &timer_event) == 0);
    CHECK(pipe(ends) == 0 && epoll_ctl(loop, EPOLL_CTL_ADD, ends[0], &pipe_event) == 0);
}

static void wait_for_timer(void)
{
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    struct epoll_event event;

    for (int i = 0; i < 3; i++) {
        CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
        CHECK(epoll_wait(loop, &event, 1, -1) == 1 && event.data.u64 == 1);
    }
}

static void mark_pipe(uint64_t data, int way)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};

    if (way == CHANGED)
        CHECK(epoll_ctl(loop, EPOLL_CTL_MOD, ends[0], &event) == 0);
    else if (way == CHANGED_UNSEEN)
        CHECK(syscall(SYS_epoll_ctl, loop, EPOLL_CTL_MOD, ends[0], &event) == 0);
}

static void *take(void *context)
{
    static int round;
    int way = round++ % WAYS;
    struct epoll_event event;
    char byte;

    (void)context;
    when(1);
    mark_pipe(2, CHANGED);
    wait_for_timer();
    mark_pipe(1, way);
    now(2);
    CHECK(epoll_wait(loop, &event, 1, -1) == 1);
    CHECK(syscall(SYS_read, ends[0], &byte, 1) == 1);
    when(0);
    if (way != CHANGED_UNSEEN) /* back, as if nothing had been */
        mark_pipe(2, way);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
