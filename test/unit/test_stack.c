/* SPDX-License-Identifier: MPL-2.0 */
/* Stacks as hooks take them: right, equal when equal, and without a trace in the host. */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>

#include "host/depot.h"
#include "host/stack.h"

static struct zg_stack_cache *cache;

/* Stands for a hook: the stack begins at its caller. */
__attribute__((noinline)) static zg_stack_id hook(void)
{
    zg_stack_id id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());

    __asm__ volatile("" ::: "memory");
    return id;
}

__attribute__((noinline)) static zg_stack_id middle(void)
{
    zg_stack_id id = hook();

    __asm__ volatile("" ::: "memory");
    return id;
}

START_TEST(begins_at_the_caller_and_goes_to_the_start_of_the_thread)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    zg_stack_id id = middle();
    size_t n = zg_stack_frames(id, frames, ZG_STACK_FRAMES);

    ck_assert_ptr_null(zg_stack_missing());
    ck_assert_uint_ge(n, 5);
    ck_assert_uint_gt(frames[0], (uintptr_t)middle);
    ck_assert_uint_lt(frames[0], (uintptr_t)middle + 64);
    ck_assert_uint_eq(zg_stack_frames(0, frames, ZG_STACK_FRAMES), 0);
}
END_TEST

static size_t open_fds(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");

    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

int main(void)
{
    Suite *s = suite_create("stack");
    TCase *t = tcase_create("stack");
    SRunner *runner;
    int failed;
    size_t fds = open_fds();

    zg_stack_init(ZG_STACKS_FULL, 32);
    if (open_fds() != fds)
        return EXIT_FAILURE; /* libunwind's pipe */
    tcase_add_test(t, begins_at_the_caller_and_goes_to_the_start_of_the_thread);
    suite_add_tcase(s, t);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
