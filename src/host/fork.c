/* SPDX-License-Identifier: MPL-2.0 */
/* Noticing a fork, and remembering where it was. */
#include "host/fork.h"

#include <sys/mman.h>

#include "base/sys.h"

enum { WIPED = 0, LIVE = 1, ADOPTING = 2 };

struct zg_fork_page zg_fork_page;

/* Of forks that are going on and threads that are inside. */
#define FORKING      ((uint32_t)1 << 16)
#define INSIDE_MASK  (FORKING - 1)
#define GATE_WAIT_NS 100000000UL
#define PASS_WAIT_NS 50000UL /* many times what the unwinding of an exception takes */
static uint32_t gate;        /* atomic */
static uint32_t passers;     /* atomic */
static bool gate_lost;
static void (*adopt_child)(void); /* written once, by zg_fork_init() */

static struct {
    uint32_t generation;        /* atomic: written by who adopts the child */
    int pid;                    /* of the process that the generation belongs to; 0: not begun */
    bool wiped;                 /* the kernel zeroes the page in a child: an anonymous one, as
                                   whole pages of .bss are */
    struct zg_fork_note coming; /* written by the forking thread; torn when two threads fork at
                                   once: the child checks its thread */
    struct zg_fork_note notes[ZG_FORK_NOTES]; /* by generation */
} forks;

/* A little, while the deadline is not reached; 0: not set yet. */
static bool wait_at_gate(uint64_t *deadline, uint32_t seen)
{
    uint64_t now = zg_sys_now();

    if (*deadline == 0)
        *deadline = now + GATE_WAIT_NS;
    if (now >= *deadline)
        return false;
    (void)zg_sys_futex_wait(&gate, seen, 1000000);
    return true;
}

bool zg_fork_gate_is_lost(void)
{
    return gate_lost;
}

bool zg_fork_gate_enter(void)
{
    uint64_t deadline = 0;
    uint32_t seen;

    zg_fork_look(); /* of a child it is known then whether the gate is lost */
    seen = __atomic_load_n(&gate, __ATOMIC_RELAXED);
    while (!gate_lost) {
        if (seen >= FORKING && wait_at_gate(&deadline, seen))
            seen = __atomic_load_n(&gate, __ATOMIC_RELAXED);
        else if (__atomic_compare_exchange_n(&gate, &seen, seen + 1, true, __ATOMIC_ACQUIRE,
                                             __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

void zg_fork_gate_leave(void)
{
    __atomic_fetch_sub(&gate, 1, __ATOMIC_RELEASE);
}

void zg_fork_gate_close(void)
{
    uint32_t seen = __atomic_add_fetch(&gate, FORKING, __ATOMIC_ACQUIRE);
    uint64_t deadline = 0;

    while ((seen & INSIDE_MASK) != 0 && wait_at_gate(&deadline, seen))
        seen = __atomic_load_n(&gate, __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&passers, __ATOMIC_ACQUIRE) == 0)
        return;
    deadline = zg_sys_now() + PASS_WAIT_NS;
    while (__atomic_load_n(&passers, __ATOMIC_ACQUIRE) != 0 && zg_sys_now() < deadline)
        zg_arch_pause();
}

void zg_fork_gate_open(void)
{
    __atomic_fetch_sub(&gate, FORKING, __ATOMIC_RELEASE);
}

uint32_t zg_fork_passer_enter(void)
{
    __atomic_fetch_add(&passers, 1, __ATOMIC_ACQ_REL);
    return zg_fork_generation();
}

/* Who forked in between, in its own callback, is counted in the parent alone. */
void zg_fork_passer_leave(uint32_t entered)
{
    zg_fork_look();
    if (zg_fork_generation() == entered)
        __atomic_fetch_sub(&passers, 1, __ATOMIC_RELEASE);
}

uint32_t zg_fork_generation(void)
{
    return __atomic_load_n(&forks.generation, __ATOMIC_RELAXED);
}

void zg_fork_prepare(zg_stack_id stack, uint32_t thread)
{
    forks.coming = (struct zg_fork_note){
        .parent = zg_sys_getpid(), .stack = stack, .thread = thread, .time = zg_sys_now()};
}

void zg_fork_done(void)
{
    forks.coming = (struct zg_fork_note){0};
}

const struct zg_fork_note *zg_fork_since(uint32_t generation)
{
    const struct zg_fork_note *note = &forks.notes[(generation + 1) % ZG_FORK_NOTES];

    return note->generation == generation + 1 ? note : NULL;
}

/* Where the kernel does not wipe the page, the atfork handler alone calls, in a process whose pid
 * is new; a vforked child does not run it. */
static bool claim(void)
{
    uint32_t seen = WIPED;

    if (forks.pid == 0)
        return false;
    if (!forks.wiped)
        return zg_sys_getpid() != forks.pid;
    if (__atomic_compare_exchange_n(&zg_fork_page.live, &seen, ADOPTING, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_ACQUIRE))
        return true;
    while (seen == ADOPTING) {
        zg_arch_pause();
        seen = __atomic_load_n(&zg_fork_page.live, __ATOMIC_ACQUIRE);
    }
    return false;
}

bool zg_fork_is_new_child(uint32_t thread, uint64_t *mask)
{
    uint32_t generation;
    struct zg_fork_note *note;

    *mask = zg_sys_block_signals();
    if (!claim()) {
        zg_sys_restore_signals(*mask);
        return false;
    }
    generation = forks.generation + 1;
    note = &forks.notes[generation % ZG_FORK_NOTES];
    *note = forks.coming;
    if (note->parent != forks.pid || note->thread != thread)
        *note = (struct zg_fork_note){.parent = forks.pid};
    note->generation = generation;
    gate_lost = gate_lost || (gate & INSIDE_MASK) != 0 || passers != 0;
    __atomic_store_n(&passers, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&gate, 0, __ATOMIC_RELAXED); /* who was inside, or forking too, is not here */
    forks.coming = (struct zg_fork_note){0};
    forks.pid = zg_sys_getpid();
    __atomic_store_n(&forks.generation, generation, __ATOMIC_RELAXED);
    return true;
}

void zg_fork_adopted(uint64_t mask)
{
    /* Pairs with the acquire loads in claim(). */
    __atomic_store_n(&zg_fork_page.live, LIVE, __ATOMIC_RELEASE);
    zg_sys_restore_signals(mask);
}

void zg_fork_look_slow(void)
{
    if (adopt_child != NULL)
        adopt_child();
}

void zg_fork_init(void (*adopt)(void))
{
    adopt_child = adopt;
    __atomic_store_n(&zg_fork_page.live, LIVE, __ATOMIC_RELAXED);
    forks.wiped = zg_sys3(SYS_madvise, &zg_fork_page, sizeof(zg_fork_page), MADV_WIPEONFORK) == 0;
    forks.pid = zg_sys_getpid();
}
