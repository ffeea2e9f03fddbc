/* SPDX-License-Identifier: MPL-2.0 */
/* Stacks where it is hard: signal handlers, stacks that go away, broken ones, no libunwind; and
 * what the host must not notice. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/objects.h"
#include "host/stack.h"
#include "host/unwind.h"
#include "unit/suite.h"

#define DEPTH        40
#define KEEP_FRAME() __asm__ volatile("" ::: "memory")

static __thread struct zg_stack_cache *cache;
static size_t wrong;

/* Calls of malloc, by us and by libunwind: whose slots are set, since it binds to libc past us. */
static size_t mallocs;
void *__libc_malloc(size_t size);
void *malloc(size_t size)
{
    __atomic_fetch_add(&mallocs, 1, __ATOMIC_RELAXED);
    return __libc_malloc(size);
}

static size_t slots_set;
static bool count_mallocs_of(const struct zg_object *object, void *arg)
{
    struct zg_elf elf;

    (void)arg;
    if (strstr(object->path, "/libunwind.so.8") == NULL ||
        !zg_elf_open(&elf, object->base, object->dynamic))
        return true;
    for (size_t i = 0; i < elf.plt_reloc_count; i++) {
        const ElfW(Rela) *r = &elf.plt_relocs[i];
        const char *name = elf.strings + elf.symbols[ELF64_R_SYM(r->r_info)].st_name;

        if (strcmp(name, "malloc") == 0) {
            *(void **)(elf.base + r->r_offset) = (void *)malloc;
            slots_set++;
        }
    }
    return false;
}

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

__attribute__((noinline)) static zg_stack_id hook(void)
{
    zg_stack_id id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    uintptr_t taken[ZG_STACK_FRAMES];
    uintptr_t fresh[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(id, taken, ZG_STACK_FRAMES);
    size_t m = unwound(ZG_FRAME_ADDRESS(), fresh);

    /* A handler's calls are followed no further than to the signal frame in the end. */
    if (n < m && n > 0 && zg_stack_ends_unfollowed(taken[n - 1]))
        m = n;
    if (n != m || memcmp(taken, fresh, n * sizeof(taken[0])) != 0)
        wrong++;
    return id;
}

/* Without the comparison. */
__attribute__((noinline)) static zg_stack_id quick_hook(void)
{
    zg_stack_id id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());

    KEEP_FRAME();
    return id;
}

static size_t frames_of(zg_stack_id id)
{
    uintptr_t frames[ZG_STACK_FRAMES];

    return zg_stack_frames(id, frames, ZG_STACK_FRAMES);
}

__attribute__((noinline)) static zg_stack_id deep(uint32_t depth)
{
    zg_stack_id id = depth > 0 ? deep(depth - 1) : quick_hook();

    KEEP_FRAME();
    return id;
}

START_TEST(leaves_no_trace_in_the_host)
{
    sigset_t before, after;
    size_t mallocs_before, mallocs_after;

    (void)zg_objects_each(0, count_mallocs_of, NULL);
    ck_assert_uint_le(slots_set, 1); /* libunwind 1.3 (Debian 11) imports no malloc() at all */
    sigprocmask(SIG_SETMASK, NULL, &before);
    mallocs_before = __atomic_load_n(&mallocs, __ATOMIC_RELAXED);
    errno = 4711;
    for (uint32_t i = 0; i < 30; i++)
        (void)deep(i);
    (void)hook();
    mallocs_after = __atomic_load_n(&mallocs, __ATOMIC_RELAXED);
    ck_assert_int_eq(errno, 4711);
    ck_assert_uint_eq(mallocs_after, mallocs_before);
    sigprocmask(SIG_SETMASK, NULL, &after);
    ck_assert_mem_eq(&before, &after, 8); /* the kernel's part */
    for (int fd = 3; fd < 64; fd++) {
        char path[64];
        char target[64];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (readlink(path, target, sizeof(target)) > 4)
            ck_assert_int_ne(memcmp(target, "pipe", 4), 0);
    }
}
END_TEST

/* In a handler, on a stack of its own. */
static volatile zg_stack_id in_handler;
static volatile bool inner_is_live, outer_is_live, dead_is_live, own_is_live;
static uintptr_t outer_frame, dead_frame;
static sigjmp_buf out;

/* Its own frame is the one to begin at; what is asked is further out. */
__attribute__((noinline)) static void look_for_frames(uintptr_t inner)
{
    uintptr_t own = ZG_FRAME_ADDRESS();

    inner_is_live = zg_stack_has_frame(inner, own);
    outer_is_live = zg_stack_has_frame(outer_frame, own);
    dead_is_live = zg_stack_has_frame(dead_frame, own);
    own_is_live = zg_stack_has_frame(own, own) || zg_stack_has_frame(own, inner);
    KEEP_FRAME();
}

static void on_signal(int sig)
{
    in_handler = hook();
    look_for_frames(ZG_FRAME_ADDRESS());
    if (sig == SIGUSR2)
        siglongjmp(out, 1);
}

__attribute__((noinline)) static void note_frame(void)
{
    dead_frame = ZG_FRAME_ADDRESS();
    KEEP_FRAME();
}

/* Where no frame of what comes later begins. */
__attribute__((noinline)) static void note_dead(void)
{
    char room[5000];

    __asm__ volatile("" : : "r"(room) : "memory");
    note_frame();
    KEEP_FRAME();
}

__attribute__((noinline)) static void interrupted(int sig)
{
    outer_frame = ZG_FRAME_ADDRESS();
    raise(sig);
    KEEP_FRAME();
}

static void catch (int sig, int flags)
{
    static char stack[1 << 16];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

    ck_assert_int_eq(sigaltstack(&alternate, NULL), 0);
    ck_assert_int_eq(sigaction(sig, &action, NULL), 0);
}

static void check_handler(int flags)
{
    wrong = 0;
    catch (SIGUSR1, flags);
    note_dead();
    for (int i = 0; i < 3; i++) {
        in_handler = 0;
        interrupted(SIGUSR1);
        ck_assert_uint_ne(in_handler, 0);
        ck_assert_uint_gt(frames_of(in_handler), 5); /* beyond the signal frame */
        ck_assert(inner_is_live);
        ck_assert(!own_is_live);
        ck_assert(outer_is_live);
        ck_assert(!dead_is_live);
    }
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(goes_through_signal_frames)
{
    check_handler(0);
}
END_TEST

START_TEST(goes_from_an_alternate_stack_to_the_interrupted_one)
{
    check_handler(SA_ONSTACK);
}
END_TEST

/* Signals at every moment of captures that miss and hit, some of which never come back. */
START_TEST(survives_signals_at_any_moment)
{
    struct itimerval every = {.it_interval.tv_usec = 100, .it_value.tv_usec = 100};
    volatile uint32_t n = 0;

    wrong = 0;
    catch (SIGUSR2, 0);
    catch (SIGPROF, 0);
    ck_assert_int_eq(setitimer(ITIMER_PROF, &every, NULL), 0);
    for (; n < 20000; n++) {
        if (n % 50 == 0 && sigsetjmp(out, 1) == 0)
            raise(SIGUSR2);
        (void)deep(n % 37);
        (void)hook();
    }
    memset(&every, 0, sizeof(every));
    setitimer(ITIMER_PROF, &every, NULL);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* Coroutines whose stacks are unmapped, and mapped again smaller where they were. */
static ucontext_t home, guest;
static uint32_t guest_depth;

static void guest_main(void)
{
    (void)deep(guest_depth);
    (void)hook();
    swapcontext(&guest, &home);
}

START_TEST(reads_no_stack_that_is_gone)
{
    const size_t size = 1 << 16;
    char *area = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    wrong = 0;
    for (volatile uint32_t i = 0; i < 400; i++) {
        size_t len = i % 2 == 0 ? size : size / 2; /* the upper pages come and go */

        ck_assert_ptr_eq(
            mmap(area, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
            area);
        getcontext(&guest);
        guest.uc_stack.ss_sp = area;
        guest.uc_stack.ss_size = len;
        guest.uc_link = NULL;
        guest_depth = i % 7;
        makecontext(&guest, guest_main, 0);
        swapcontext(&home, &guest);
        ck_assert_ptr_eq(
            mmap(area, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), area);
    }
    ck_assert_uint_eq(wrong, 0);
    munmap(area, 2 * size);
}
END_TEST

/* The saved frame pointer of a frame overwritten, as by a bug of the host's. */
__attribute__((noinline)) static zg_stack_id overwritten(uintptr_t by)
{
    uintptr_t *saved = (uintptr_t *)ZG_FRAME_ADDRESS();
    uintptr_t was = *saved;
    zg_stack_id id;

    *saved = by;
    KEEP_FRAME();
    id = quick_hook();
    *(volatile uintptr_t *)saved = was;
    return id;
}

__attribute__((noinline)) static zg_stack_id with_a_frame_pointer(uintptr_t by)
{
    volatile char *room = __builtin_alloca(16 + by % 2);
    zg_stack_id id;

    room[0] = 1;
    id = overwritten(by);
    KEEP_FRAME();
    return id;
}

START_TEST(survives_a_broken_stack)
{
    char *guarded = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uintptr_t bad[] = {0, 8, 0x4141414141414141, UINTPTR_MAX, (uintptr_t)guarded + 4096 - 8, 1};

    for (size_t i = 0; i < ZG_COUNT(bad); i++)
        ck_assert_uint_ge(frames_of(with_a_frame_pointer(bad[i])), 1);
    munmap(guarded, 8192);
}
END_TEST

static void *take_and_drop(void *arg)
{
    zg_stack_id *id = arg;

    for (uint32_t i = 0; i < 200; i++)
        *id = deep(i % 20);
    zg_stack_cache_drop(&cache);
    ck_assert_ptr_null(cache);
    return NULL;
}

START_TEST(caches_serve_one_thread_after_the_other)
{
    size_t mapped = 0;

    for (uint32_t i = 0; i < 300; i++) {
        pthread_t threads[4];
        zg_stack_id ids[4];

        for (size_t t = 0; t < 4; t++)
            ck_assert_int_eq(pthread_create(&threads[t], NULL, take_and_drop, &ids[t]), 0);
        for (size_t t = 0; t < 4; t++)
            pthread_join(threads[t], NULL);
        ck_assert_uint_eq(ids[0], ids[3]);
        if (i == 10)
            mapped = zg_arena_mapped();
    }
    ck_assert_uint_le(zg_arena_mapped(), mapped + ((size_t)512 << 10));
}
END_TEST

__attribute__((noinline)) static bool has_outer_frame(uintptr_t outer)
{
    bool has = zg_stack_has_frame(outer, ZG_FRAME_ADDRESS());

    KEEP_FRAME();
    return has;
}

/* Runs before libunwind was opened in this process. */
static bool works_without_libunwind(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct rlimit none = {0, 0};
        uintptr_t frames[2];

        setrlimit(RLIMIT_NOFILE, &none); /* no file can be opened */
        zg_stack_init(ZG_STACKS_FULL, DEPTH);
        if (zg_stack_missing() == NULL || zg_stack_frames(deep(3), frames, 2) != 1)
            _exit(1);
        if (has_outer_frame(ZG_FRAME_ADDRESS()))
            _exit(2);
        zg_stack_flush();
        _exit(frames_of(deep(3)) == 1 ? 0 : 3);
    }
    waitpid(pid, &status, 0);
    return status == 0;
}

static bool modes_work(void)
{
    zg_stack_init(ZG_STACKS_OFF, DEPTH);
    if (deep(3) != 0)
        return false;
    zg_stack_init(ZG_STACKS_CALLER, DEPTH);
    return frames_of(deep(3)) == 1 && zg_stack_missing() == NULL;
}

int main(void)
{
    TCase *t = tcase_create("unwind");

    if (!works_without_libunwind() || !modes_work())
        return EXIT_FAILURE;
    zg_stack_init(ZG_STACKS_FULL, DEPTH);
    tcase_add_test(t, leaves_no_trace_in_the_host);
    tcase_add_test(t, goes_through_signal_frames);
    tcase_add_test(t, goes_from_an_alternate_stack_to_the_interrupted_one);
    tcase_add_test(t, survives_signals_at_any_moment);
    tcase_add_test(t, reads_no_stack_that_is_gone);
    tcase_add_test(t, survives_a_broken_stack);
    tcase_add_test(t, caches_serve_one_thread_after_the_other);
    return run_suite("unwind", t);
}
