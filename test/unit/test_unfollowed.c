/* SPDX-License-Identifier: MPL-2.0 */
/* Chains that end where they cannot be verified, and what is known of the thread's own stack. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "host/own_stack.h"
#include "host/stack.h"

#define DEPTH        40
#define KEEP_FRAME() __asm__ volatile("" ::: "memory")

static __thread struct zg_stack_cache *cache;

/* Calls fn(arg), as generated code does: without a line in an unwind table. */
void zg_test_no_table(void (*fn)(void *), void *arg);
#if defined(__x86_64__)
__asm__(".text\n.globl zg_test_no_table\n.type zg_test_no_table, @function\nzg_test_no_table:\n\t"
        "endbr64\n\tpushq %rbp\n\tmovq %rsp, %rbp\n\tmovq %rdi, %rax\n\tmovq %rsi, %rdi\n\t"
        "call *%rax\n\tpopq %rbp\n\tret\n.size zg_test_no_table, . - zg_test_no_table\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl zg_test_no_table\n.type zg_test_no_table, %function\nzg_test_no_table:\n\t"
        "stp x29, x30, [sp, #-16]!\n\tmov x29, sp\n\tmov x2, x0\n\tmov x0, x1\n\tblr x2\n\t"
        "ldp x29, x30, [sp], #16\n\tret\n.size zg_test_no_table, . - zg_test_no_table\n");
#endif

struct taken {
    zg_stack_id id;
    bool remembered; /* the next one from the same place would be found by comparing words */
    bool on_own_stack;
};

/* Stands for a hook: the stack begins at its caller. */
__attribute__((noinline)) static void hook(struct taken *t)
{
    const struct zg_cached_stack *m;

    t->id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    m = zg_cached_stack_of(cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    t->remembered = m != NULL &&
                    zg_cached_stack_holds(m, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS()) &&
                    m->id == t->id;
    t->on_own_stack = zg_own_stack_has(ZG_FRAME_ADDRESS());
}

__attribute__((noinline)) static void take(void *arg)
{
    hook(arg);
    KEEP_FRAME();
}

static size_t frames_of(zg_stack_id id, uintptr_t *frames)
{
    return zg_stack_frames(id, frames, ZG_STACK_FRAMES);
}

/* Of generated code nothing can be known but that it called: two frames, and remembered at once. */
START_TEST(ends_at_code_without_an_unwind_table)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    struct taken first, second;
    volatile int two = 2;

    for (int i = 0; i < two; i++) {
        zg_test_no_table(take, i == 0 ? &first : &second);
        KEEP_FRAME();
    }
    ck_assert_uint_eq(frames_of(first.id, frames), 2);
    ck_assert(frames[0] - (uintptr_t)take < 256);
    ck_assert(frames[1] - (uintptr_t)zg_test_no_table < 64);
    ck_assert(zg_stack_ends_unfollowed(frames[1]));
    ck_assert(first.remembered);
    ck_assert_uint_eq(first.id, second.id);
}
END_TEST

START_TEST(a_whole_chain_is_not_said_to_be_cut)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    struct taken t;
    size_t n;

    take(&t);
    n = frames_of(t.id, frames);
    ck_assert_uint_gt(n, 3);
    ck_assert(!zg_stack_ends_unfollowed(frames[n - 1]));
}
END_TEST

static struct taken in_handler;
static void on_signal(int sig)
{
    (void)sig;
    take(&in_handler);
    KEEP_FRAME();
}

/* What a signal interrupted cannot be verified by words of the stack: the first chains go through
 * all the same, and a call site that is reached so again and again is remembered up to there. */
START_TEST(a_call_site_that_cannot_be_remembered_is_noticed)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    size_t whole;

    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    whole = frames_of(in_handler.id, frames);
    ck_assert_uint_gt(whole, 4);
    ck_assert(!in_handler.remembered);
    for (int i = 0; i < 40; i++)
        raise(SIGUSR1);
    ck_assert(in_handler.remembered);
    ck_assert_uint_ge(frames_of(in_handler.id, frames), 2);
    ck_assert_uint_lt(frames_of(in_handler.id, frames), whole);
    ck_assert(frames[0] - (uintptr_t)take < 256);
    ck_assert(frames[1] - (uintptr_t)on_signal < 256);
    ck_assert(zg_stack_ends_unfollowed(frames[frames_of(in_handler.id, frames) - 1]));
}
END_TEST

static void *in_thread(void *arg)
{
    take(arg);
    return NULL;
}

START_TEST(knows_the_stacks_of_threads)
{
    struct taken t = {.on_own_stack = false};
    pthread_t thread;

    take(&t);
    ck_assert(t.on_own_stack);
    t.on_own_stack = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, in_thread, &t), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(t.on_own_stack);
}
END_TEST

static ucontext_t back;
static struct taken in_coroutine;

static void coroutine(void)
{
    take(&in_coroutine);
    (void)setcontext(&back);
}

START_TEST(notices_a_stack_that_is_not_the_threads)
{
    size_t size = (size_t)64 << 10;
    char *stack = mmap(NULL, size + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ucontext_t there;

    ck_assert_ptr_ne(stack, MAP_FAILED);
    ck_assert_int_eq(mprotect(stack + 4096, size, PROT_READ | PROT_WRITE), 0);
    ck_assert_int_eq(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack + 4096;
    there.uc_stack.ss_size = size;
    makecontext(&there, coroutine, 0);
    ck_assert_int_eq(swapcontext(&back, &there), 0);
    ck_assert_uint_ne(in_coroutine.id, 0);
    ck_assert(!in_coroutine.on_own_stack);
    munmap(stack, size + 8192);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("unfollowed");
    TCase *t = tcase_create("unfollowed");
    SRunner *runner;
    int failed;

    zg_stack_init(ZG_STACKS_FULL, DEPTH);
    tcase_add_test(t, ends_at_code_without_an_unwind_table);
    tcase_add_test(t, a_whole_chain_is_not_said_to_be_cut);
    tcase_add_test(t, a_call_site_that_cannot_be_remembered_is_noticed);
    tcase_add_test(t, knows_the_stacks_of_threads);
    tcase_add_test(t, notices_a_stack_that_is_not_the_threads);
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 300);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
