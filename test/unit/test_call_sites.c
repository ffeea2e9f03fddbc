/* SPDX-License-Identifier: MPL-2.0 */
/* Room for a thread's hints. */
#include <stdlib.h>

#include "host/thread.h"
#include "track/call.h"
#include "unit/suite.h"

static struct zg_thread thread;

static uint32_t places(void)
{
    return (uint32_t)(thread.site_mask / sizeof(struct zg_call_site)) + 1;
}

/* All lead nowhere. */
static void check_empty(void)
{
    for (uint32_t i = 0; i < places(); i++) {
        ck_assert_ptr_null(thread.sites[i].in);
        ck_assert_uint_eq(thread.sites[i].caller, 0);
    }
}

static void overflow(void)
{
    for (uint32_t i = 0, calls = 4 * places(); i < calls; i++)
        zg_call_sites_grow(&thread);
}

START_TEST(grows_after_collisions)
{
    zg_call_sites_start(&thread);
    ck_assert_uint_eq(places(), ZG_CALL_SITES);
    check_empty();
    for (uint32_t n = ZG_CALL_SITES; n < 32768; n *= 8) {
        ck_assert_uint_eq(places(), n);
        thread.sites[n - 1].caller = 1;
        for (uint32_t i = 1; i < 4 * n; i++)
            zg_call_sites_grow(&thread);
        ck_assert_uint_eq(places(), n);
        zg_call_sites_grow(&thread);
        ck_assert_uint_eq(places(), 8 * n);
        check_empty();
    }
    overflow();
    ck_assert_uint_eq(places(), 32768);
}
END_TEST

START_TEST(the_next_thread_begins_small_and_takes_no_new_memory)
{
    const struct zg_call_site *more[ZG_CALL_SITES_SIZES - 1];

    zg_call_sites_start(&thread);
    for (int i = 0; i < ZG_CALL_SITES_SIZES - 1; i++) {
        overflow();
        thread.sites[0].caller = 1;
        thread.sites[0].in = (void *)&thread;
        more[i] = thread.sites;
    }
    zg_call_sites_start(&thread);
    ck_assert_uint_eq(places(), ZG_CALL_SITES);
    check_empty();
    for (int i = 0; i < ZG_CALL_SITES_SIZES - 1; i++) {
        overflow();
        ck_assert_ptr_eq(thread.sites, more[i]);
        check_empty();
    }
}
END_TEST

/* Two sockets that lie apart as two callers do, or nearly so: one sends, the other receives. */
START_TEST(functions_do_not_share_a_place)
{
    const uintptr_t handle = 0x7fdb9013e3a0, caller = 0x7fdb960215aa;

    zg_call_sites_start(&thread);
    for (uint32_t a = ZG_OP_zmq_send; a <= ZG_OP_zmq_recvmsg; a++) {
        for (uint32_t b = ZG_OP_zmq_send; b < a; b++) {
            for (uintptr_t gap = 0; gap < 300; gap++) {
                const void *one = zg_call_site_of(&thread, handle, caller, a);

                ck_assert_ptr_ne(one, zg_call_site_of(&thread, handle + gap, caller, b));
                ck_assert_ptr_ne(one, zg_call_site_of(&thread, handle - gap, caller, b));
            }
        }
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("sites");

    tcase_add_test(tc, grows_after_collisions);
    tcase_add_test(tc, the_next_thread_begins_small_and_takes_no_new_memory);
    tcase_add_test(tc, functions_do_not_share_a_place);
    return run_suite("sites", tc);
}
