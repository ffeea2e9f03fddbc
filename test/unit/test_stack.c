/* SPDX-License-Identifier: MPL-2.0 */
/* Stacks as hooks take them: right, equal when equal, and without a trace in the host. */
#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/depot.h"
#include "host/stack.h"
#include "host/unwind.h"
#include "unit/suite.h"

#define DEPTH 40

static __thread struct zg_stack_cache *cache;
static __thread size_t checked;
static size_t wrong;

/* What libunwind alone says of the stack whose hook has this frame address. */
__attribute__((noinline)) static size_t unwound(uintptr_t frame, uintptr_t *frames)
{
    zg_arch_context here;
    struct zg_walk walk;

    zg_arch_capture(&here);
    zg_walk_begin(&walk, frame, DEPTH);
    zg_unwind_walk(&walk, &here);
    memcpy(frames, walk.ips, walk.count * sizeof(walk.ips[0]));
    return walk.count;
}

static void compare(zg_stack_id id, uintptr_t frame)
{
    uintptr_t taken[ZG_STACK_FRAMES];
    uintptr_t fresh[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(id, taken, ZG_STACK_FRAMES);
    size_t m = unwound(frame, fresh);

    checked++;
    if (n != m || memcmp(taken, fresh, n * sizeof(taken[0])) != 0)
        __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

/* Stands for a hook: the stack begins at its caller. */
__attribute__((noinline)) static zg_stack_id hook(void)
{
    zg_stack_id id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());

    compare(id, ZG_FRAME_ADDRESS());
    return id;
}

/* A chain is compared with what unwinding says anew, every time. */
#define KEEP_FRAME() __asm__ volatile("" ::: "memory")

static uint32_t seed = 1;
static uint32_t roll(uint32_t n)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % n;
}

static void wander(uint32_t depth);

__attribute__((noinline)) static void with_alloca(uint32_t depth)
{
    char *room = alloca(16 + 16 * (size_t)roll(3));

    room[0] = (char)depth;
    __asm__ volatile("" : : "r"(room) : "memory");
    wander(depth - 1);
    KEEP_FRAME();
}

__attribute__((noinline)) static void without_fp(uint32_t depth)
{
    wander(depth - 1);
    KEEP_FRAME();
}

__attribute__((noinline)) static void aligned(uint32_t depth)
{
    char room[64] __attribute__((aligned(64)));

    __asm__ volatile("" : : "r"(room) : "memory");
    wander(depth - 1);
    KEEP_FRAME();
}

__attribute__((noinline)) static void aligned_alloca(uint32_t depth)
{
    char room[64] __attribute__((aligned(128)));
    char *more = alloca(8 + 8 * (size_t)roll(4));

    __asm__ volatile("" : : "r"(room), "r"(more) : "memory");
    wander(depth - 1);
    KEEP_FRAME();
}

__attribute__((noinline)) static void two_sites(uint32_t depth)
{
    if (roll(2))
        wander(depth - 1);
    else
        wander(depth - 1);
    hook();
    KEEP_FRAME();
}

static int by_qsort(const void *a, const void *b)
{
    (void)a;
    wander(*(const uint32_t *)b - 1);
    return 0;
}

__attribute__((noinline)) static void through_libc(uint32_t depth)
{
    uint32_t pair[2] = {depth, depth};

    qsort(pair, 2, sizeof(pair[0]), by_qsort);
    KEEP_FRAME();
}

__attribute__((noinline)) static void wander(uint32_t depth)
{
    static void (*const ways[])(uint32_t) = {with_alloca,    without_fp, aligned,
                                             aligned_alloca, two_sites,  through_libc};

    if (depth > 0)
        ways[roll(6)](depth);
    hook();
    KEEP_FRAME();
    hook();
}

START_TEST(remembers_exactly_what_unwinding_says)
{
    checked = 0;
    wrong = 0;
    while (checked < 100000)
        wander(roll(roll(2) ? 4 : 12));
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

__attribute__((noinline)) static zg_stack_id middle(void)
{
    zg_stack_id id = hook();

    KEEP_FRAME();
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
    ck_assert_uint_lt(frames[0], (uintptr_t)middle + 256);
    ck_assert_uint_eq(zg_stack_frames(0, frames, ZG_STACK_FRAMES), 0);
    ck_assert_uint_eq(zg_stack_frames(0x7fffffff, frames, ZG_STACK_FRAMES), 0);
}
END_TEST

START_TEST(equal_stacks_have_one_number)
{
    zg_stack_id id[2];

    volatile int two = 2; /* one call instruction, not unrolled */

    for (int i = 0; i < two; i++)
        id[i] = middle();
    ck_assert_uint_eq(id[0], id[1]);
    ck_assert_uint_ne(id[0], middle());
}
END_TEST

START_TEST(forgets_when_code_was_unloaded)
{
    uint32_t remembered = 0;

    (void)middle();
    zg_stack_flush();
    for (uintptr_t i = 0; i <= cache->mask; i++)
        remembered += cache->entries[i].caller != 0;
    ck_assert_uint_eq(remembered, 0);
    (void)middle();
    for (uintptr_t i = 0; i <= cache->mask; i++)
        remembered += cache->entries[i].caller != 0;
    ck_assert_uint_eq(remembered, 1);
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
    TCase *t = tcase_create("stack");
    size_t fds = open_fds();

    zg_stack_init(ZG_STACKS_FULL, DEPTH);
    if (open_fds() != fds)
        return EXIT_FAILURE; /* libunwind's pipe */
    tcase_add_test(t, begins_at_the_caller_and_goes_to_the_start_of_the_thread);
    tcase_add_test(t, remembers_exactly_what_unwinding_says);
    tcase_add_test(t, equal_stacks_have_one_number);
    tcase_add_test(t, forgets_when_code_was_unloaded);
    return run_suite("stack", t);
}
