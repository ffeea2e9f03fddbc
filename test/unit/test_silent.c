/* SPDX-License-Identifier: MPL-2.0 */
/* Which descriptors are believed to tell nothing, until when, and what is doubted of them. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host/silent.h"
#include "unit/suite.h"

#define TICK 10000000UL

static int file_at(int fd)
{
    int file = open("/proc/self/exe", O_RDONLY);

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(dup2(file, fd), fd);
    close(file);
    return fd;
}

static void pipe_at(int fd)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], fd), fd);
    close(ends[0]);
    close(ends[1]);
}

/* Twice: the second time it is believed. */
static void know(int fd, uint64_t tick)
{
    ck_assert(zg_silent_read(fd, "read", tick));
    ck_assert(zg_silent_read(fd, "read", tick));
}

START_TEST(files_are_silent_and_others_are_not)
{
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), event = eventfd(0, 0);

    know(file_at(100), TICK);
    know(open("/dev/zero", O_RDONLY), TICK);
    know(timer, TICK);
    ck_assert(!zg_silent_read(event, "read", TICK));
    ck_assert(!zg_silent_read(999, "read", TICK));
    ck_assert(!zg_silent_read(-1, "read", TICK));
    pipe_at(101);
    ck_assert(!zg_silent_read(101, "read", TICK));
    ck_assert_ptr_null(zg_silent_doubt(0));
}
END_TEST

START_TEST(what_is_closed_is_not_believed)
{
    know(file_at(100), TICK);
    zg_silent_close(100);
    pipe_at(100);
    ck_assert(!zg_silent_read(100, "read", TICK)); /* nor before the call has returned */
    zg_silent_closed(100);
    ck_assert(!zg_silent_read(100, "read", TICK));
    ck_assert_ptr_null(zg_silent_doubt(0));
}
END_TEST

/* Nothing is learnt while it may change: it may be the previous one that was looked at. */
START_TEST(what_is_being_closed_is_not_learnt)
{
    file_at(100);
    zg_silent_close(100);
    know(100, TICK);
    pipe_at(100);
    ck_assert(!zg_silent_read(100, "read", TICK));
    zg_silent_closed(100);
}
END_TEST

START_TEST(what_changed_unseen_is_doubted)
{
    know(file_at(100), 5 * TICK);
    pipe_at(100);
    ck_assert(zg_silent_read(100, "fread", 7 * TICK));
    ck_assert_ptr_null(zg_silent_doubt(7 * TICK + 1));
    ck_assert_str_eq(zg_silent_doubt(7 * TICK), "fread");
    /* And that does not change: it was read, whatever is there now. */
    file_at(100);
    ck_assert_str_eq(zg_silent_doubt(6 * TICK), "fread");
    ck_assert_ptr_null(zg_silent_doubt(7 * TICK + 1));
}
END_TEST

/* It is found when the number is closed, later than which nobody could tell. */
START_TEST(what_changed_unseen_and_back_is_doubted)
{
    know(file_at(100), TICK);
    pipe_at(100);
    ck_assert(zg_silent_read(100, "read", 3 * TICK));
    zg_silent_close(100);
    file_at(100);
    zg_silent_closed(100);
    ck_assert_ptr_nonnull(zg_silent_doubt(3 * TICK));
}
END_TEST

/* 1124 has the place of 100, and what is believed of that is looked at before. */
START_TEST(what_shares_a_place_is_looked_at)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur <= 1124)
        return;
    know(file_at(100), TICK);
    pipe_at(100);
    ck_assert(zg_silent_read(100, "read", TICK));
    know(file_at(1124), TICK);
    ck_assert_ptr_nonnull(zg_silent_doubt(TICK));
}
END_TEST

static void watch(int loop, int operation, int fd, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};

    ck_assert_int_eq(epoll_ctl(loop, operation, fd, &event), 0);
}

static int loop_with_timer(uint64_t data)
{
    int loop = epoll_create1(0);

    watch(loop, EPOLL_CTL_ADD, timerfd_create(CLOCK_MONOTONIC, 0), data);
    ck_assert(zg_silent_event(loop, data, "epoll_wait", TICK));
    ck_assert(zg_silent_event(loop, data, "epoll_wait", TICK));
    return loop;
}

START_TEST(an_event_is_its_descriptors)
{
    int loop = loop_with_timer(7), event = eventfd(0, 0);

    watch(loop, EPOLL_CTL_ADD, event, 8);
    ck_assert(!zg_silent_event(loop, 8, "epoll_wait", TICK));
    ck_assert(!zg_silent_event(loop, 9, "epoll_wait", TICK));
    zg_silent_change(loop);
    watch(loop, EPOLL_CTL_MOD, event, 7);
    ck_assert(!zg_silent_event(loop, 7, "epoll_wait", TICK));
    zg_silent_event_changed(loop, 7);
    zg_silent_changed(loop);
    ck_assert(!zg_silent_event(loop, 7, "epoll_wait", TICK));
}
END_TEST

START_TEST(an_event_that_changed_unseen_is_doubted)
{
    int loop = loop_with_timer(7);

    watch(loop, EPOLL_CTL_ADD, eventfd(0, 0), 7);
    ck_assert(zg_silent_event(loop, 7, "epoll_wait", 2 * TICK));
    zg_silent_close(loop);
    close(loop);
    zg_silent_closed(loop);
    ck_assert_str_eq(zg_silent_doubt(2 * TICK), "epoll_wait");
}
END_TEST

/* It is found when the event is changed again, by whoever is seen to. */
START_TEST(an_event_that_changed_unseen_and_back_is_doubted)
{
    int loop = loop_with_timer(7), event = eventfd(0, 0);

    watch(loop, EPOLL_CTL_ADD, event, 7);
    ck_assert(zg_silent_event(loop, 7, "epoll_wait", 2 * TICK));
    zg_silent_event_changed(loop, 7);
    watch(loop, EPOLL_CTL_DEL, event, 7);
    ck_assert_ptr_nonnull(zg_silent_doubt(2 * TICK));
}
END_TEST

START_TEST(what_did_not_change_is_not_doubted)
{
    int loop = loop_with_timer(7);

    know(file_at(100), TICK);
    ck_assert_ptr_null(zg_silent_doubt(0));
    know(100, TICK);
    zg_silent_close(100);
    close(100);
    zg_silent_closed(100);
    zg_silent_close(loop);
    close(loop);
    zg_silent_closed(loop);
    ck_assert_ptr_null(zg_silent_doubt(0));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("silent");

    tcase_add_test(t, files_are_silent_and_others_are_not);
    tcase_add_test(t, what_is_closed_is_not_believed);
    tcase_add_test(t, what_is_being_closed_is_not_learnt);
    tcase_add_test(t, what_changed_unseen_is_doubted);
    tcase_add_test(t, what_changed_unseen_and_back_is_doubted);
    tcase_add_test(t, what_shares_a_place_is_looked_at);
    tcase_add_test(t, an_event_is_its_descriptors);
    tcase_add_test(t, an_event_that_changed_unseen_is_doubted);
    tcase_add_test(t, an_event_that_changed_unseen_and_back_is_doubted);
    tcase_add_test(t, what_did_not_change_is_not_doubted);
    return run_suite("silent", t);
}
