/* SPDX-License-Identifier: MPL-2.0 */
/* What a thread took in from outside, and whether that was after a use: by one clock, whatever the
 * kernel's coarse one does. */
#include <time.h>

#include "base/sys.h"
#include "host/outside.h"
#include "unit/suite.h"

#define MS 1000000UL

static uint64_t fine = 7000 * MS;

/* Its coarse clock stands still, as where the processor that counts the ticks does not run. */
static int clock_at(clockid_t clock, struct timespec *ts)
{
    uint64_t now = clock == CLOCK_MONOTONIC_COARSE ? 7000 * MS : fine;

    ts->tv_sec = (time_t)(now / (1000 * MS));
    ts->tv_nsec = (long)(now % (1000 * MS));
    return 0;
}

START_TEST(what_comes_after_a_use_counts)
{
    struct zg_thread *t;

    zg_thread_init();
    t = zg_thread_self();
    zg_sys_clock = clock_at;
    zg_outside_received(t, "read");
    for (int i = 0; i < 50; i++) {
        uint64_t used = fine += 7 * MS;

        zg_outside_received(t, "read");
        ck_assert_ptr_nonnull(zg_outside_since(t, used));
    }
}
END_TEST

/* In doubt it does: by a tick. */
START_TEST(what_came_before_it_does_not)
{
    struct zg_thread *t;

    zg_thread_init();
    t = zg_thread_self();
    zg_sys_clock = clock_at;
    zg_outside_received(t, "read");
    fine += 21 * MS;
    ck_assert_ptr_null(zg_outside_since(t, fine));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("outside");

    tcase_add_test(t, what_comes_after_a_use_counts);
    tcase_add_test(t, what_came_before_it_does_not);
    return run_suite("outside", t);
}
