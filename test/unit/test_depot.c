/* SPDX-License-Identifier: MPL-2.0 */
/* Chains and places in scripts: each once, and no more than there is room for. */
#include <stdlib.h>
#include <string.h>

#include "host/depot.h"
#include "host/script.h"
#include "unit/suite.h"

static size_t frames_of(zg_stack_id id)
{
    uintptr_t frames[ZG_STACK_FRAMES];

    return zg_stack_frames(id, frames, ZG_STACK_FRAMES);
}

START_TEST(chains_share_equal_tails)
{
    uintptr_t a[3] = {0x1000, 0x2000, 0x3000};
    uintptr_t b[3] = {0x1111, 0x2000, 0x3000};
    uintptr_t got[3];
    uint32_t first = zg_depot_intern(a, 3, 0);
    uint32_t used = zg_depot_used();

    ck_assert_uint_eq(zg_depot_intern(a, 3, 0), first);
    ck_assert_uint_eq(zg_depot_used(), used);
    ck_assert_uint_ne(zg_depot_intern(b, 3, 0), first);
    ck_assert_uint_eq(zg_depot_used(), used + 1);
    ck_assert_uint_eq(zg_depot_intern(a, 1, zg_depot_intern(a + 1, 2, 0)), first);
    ck_assert_uint_eq(zg_stack_frames(first, got, 2), 2);
    ck_assert_uint_eq(zg_stack_frames(first, got, 3), 3);
    ck_assert_mem_eq(got, a, sizeof(a));
}
END_TEST

START_TEST(a_full_depot_still_names_the_caller)
{
    uintptr_t frames[2] = {0x1000, 0x2000};
    uint32_t id = 0;
    uint32_t i;

    for (i = 0; i < 2 * ZG_DEPOT_NODES && (id == 0 || frames_of(id) == 2); i++) {
        frames[0] = 0x10000 + i;
        id = zg_depot_intern(frames, 2, 0);
    }
    ck_assert_uint_lt(i, ZG_DEPOT_NODES);
    ck_assert_uint_eq(frames_of(id), 1);
    (void)zg_stack_frames(id, frames, 1);
    ck_assert_uint_eq(frames[0], 0x10000 + i - 1);
    for (i = 0; i < ZG_DEPOT_NODES && id != 0; i++) {
        frames[0] = 0x10000000 + i;
        id = zg_depot_intern(frames, 2, 0);
    }
    ck_assert_uint_eq(id, 0);
    ck_assert_uint_le(zg_depot_used(), ZG_DEPOT_NODES);
}
END_TEST

START_TEST(places_in_scripts_are_kept_once_and_in_bounds)
{
    uintptr_t a = zg_script_intern("f", "a.py", 3);
    char name[2 * ZG_SCRIPT_TEXT];

    ck_assert(zg_stack_is_script(a));
    ck_assert_uint_eq(zg_script_intern("f", "a.py", 3), a);
    ck_assert_uint_ne(zg_script_intern("f", "a.py", 4), a);
    ck_assert_str_eq(zg_script_place(a)->function, "f");
    ck_assert_str_eq(zg_script_place(a)->file, "a.py");
    ck_assert_uint_eq(zg_script_place(a)->line, 3);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    ck_assert_uint_eq(zg_script_intern(name, "a.py", 3), 0);
    for (uint32_t i = 0; i < 2 * ZG_SCRIPT_PLACES; i++)
        (void)zg_script_intern("g", "b.py", i);
    ck_assert_uint_eq(zg_script_intern("h", "b.py", 1), 0);
    ck_assert_str_eq(zg_script_place(ZG_STACK_SCRIPT | 0xffffff)->function, "??");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("depot");

    tcase_add_test(t, chains_share_equal_tails);
    tcase_add_test(t, a_full_depot_still_names_the_caller);
    tcase_add_test(t, places_in_scripts_are_kept_once_and_in_bounds);
    return run_suite("depot", t);
}
