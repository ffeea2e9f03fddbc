/* SPDX-License-Identifier: MPL-2.0 */
/* Where a thread remembers the synchronisation objects that it meets. */
#include "track/edge.h"
#include "unit/suite.h"

/* Else each wait would push out what the wait before it had learnt. */
START_TEST(a_mutex_and_a_condition_beside_it_have_places_of_their_own)
{
    for (uintptr_t at = 0x1000; at < 0x3000; at += 8) {
        for (uintptr_t apart = 40; apart <= 64; apart += 8) {
            uint32_t mutex = zg_edge_cache_index(zg_sync_tag(at, ZG_SYNC_MUTEX));
            uint32_t before = zg_edge_cache_index(zg_sync_tag(at - apart, ZG_SYNC_COND));
            uint32_t behind = zg_edge_cache_index(zg_sync_tag(at + apart, ZG_SYNC_COND));

            ck_assert_uint_ne(mutex, before);
            ck_assert_uint_ne(mutex, behind);
        }
    }
}
END_TEST

START_TEST(a_mutex_is_found_by_its_address)
{
    static struct zg_thread thread;

    for (uintptr_t at = 0x1000; at < 0x3000; at += 8)
        ck_assert_ptr_eq(zg_edge_known_mutex(&thread, at),
                         &thread.syncs[zg_edge_cache_index(zg_sync_tag(at, ZG_SYNC_MUTEX))]);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("edge");

    tcase_add_test(tc, a_mutex_and_a_condition_beside_it_have_places_of_their_own);
    tcase_add_test(tc, a_mutex_is_found_by_its_address);
    return run_suite("edge", tc);
}
