/* SPDX-License-Identifier: MPL-2.0 */
/* What a thread took in from outside, and whether that was after a use: by the kernel's coarse
 * clock, whatever that one does. */
#include <stdlib.h>
#include <time.h>

#include "base/sys.h"
#include "host/outside.h"
#include "model/owner.h"
#include "model/sync_table.h"
#include "unit/suite.h"

#define MS 1000000UL

static uint64_t fine, coarse;

static int clock_at(clockid_t clock, struct timespec *ts)
{
    uint64_t now = clock == CLOCK_MONOTONIC_COARSE ? coarse : fine;

    ts->tv_sec = (time_t)(now / (1000 * MS));
    ts->tv_nsec = (long)(now % (1000 * MS));
    return 0;
}

static struct zg_thread *thread_at(uint64_t now)
{
    zg_thread_init();
    zg_sys_clock = clock_at;
    fine = coarse = now;
    return zg_thread_self();
}

/* Of a use at this moment: the time that zg_outside_since() gets. */
static uint64_t used(void)
{
    struct zg_owned o = {0};
    struct zg_prior prior;

    zg_owned_time(&o, zg_sys_now(), zg_sys_coarse());
    zg_owned_look(&o, &prior);
    return prior.coarse;
}

START_TEST(what_comes_after_a_use_counts)
{
    struct zg_thread *t = thread_at(7000 * MS);

    zg_outside_received(t, "read");
    for (int i = 0; i < 50; i++) {
        uint64_t since;

        fine += 7 * MS;
        coarse = fine - fine % (4 * MS);
        since = used();
        zg_outside_received(t, "read");
        ck_assert_ptr_nonnull(zg_outside_since(t, since));
    }
}
END_TEST

/* The coarse clock stands still, as where the processor that counts the ticks does not run. */
START_TEST(what_comes_while_the_clock_stands_counts)
{
    struct zg_thread *t = thread_at(7000 * MS);

    zg_outside_received(t, "read");
    for (int i = 0; i < 50; i++) {
        uint64_t since;

        fine += 700 * MS + 1;
        since = used();
        zg_outside_received(t, "read");
        ck_assert_ptr_nonnull(zg_outside_since(t, since));
    }
    /* For so long that a record does not tell: unknown. */
    fine += 70000 * MS;
    ck_assert_uint_eq(used(), 0);
}
END_TEST

/* In doubt it does: by a tick. */
START_TEST(what_came_before_it_does_not)
{
    struct zg_thread *t = thread_at(7000 * MS);

    zg_outside_received(t, "read");
    fine += 21 * MS;
    coarse += 20 * MS;
    ck_assert_ptr_null(zg_outside_since(t, used()));
}
END_TEST

/* Only the last ones are kept. Another thread may know of what came before them, and of no more. */
START_TEST(what_is_not_kept_counts)
{
    struct zg_thread *t = thread_at(7000 * MS);
    struct zg_thread *other = calloc(1, sizeof(*other));
    uint64_t since;

    zg_actor_start(&other->actor, 2);
    zg_outside_received(t, "read");
    zg_sync_release_tag(&t->actor, zg_sync_tag(1, ZG_SYNC_MUTEX), ZG_SYNC_EXCLUSIVE);
    zg_sync_acquire_tag(&other->actor, zg_sync_tag(1, ZG_SYNC_MUTEX));
    fine = coarse += 10 * MS;
    since = used();
    ck_assert_ptr_nonnull(zg_outside_since(other, since));
    ck_assert_ptr_null(zg_outside_since(other, since + 1));
    for (int i = 0; i < ZG_OUTSIDE_NOTES; i++) {
        zg_outside_received(t, "read");
        ck_assert_ptr_nonnull(zg_outside_since(other, since));
        fine = coarse += 10 * MS;
    }
    ck_assert_ptr_null(zg_outside_since(other, since + 1));
    free(other);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("outside");

    tcase_add_test(t, what_comes_after_a_use_counts);
    tcase_add_test(t, what_comes_while_the_clock_stands_counts);
    tcase_add_test(t, what_came_before_it_does_not);
    tcase_add_test(t, what_is_not_kept_counts);
    return run_suite("outside", t);
}
