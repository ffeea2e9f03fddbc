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
#define PASS_WAIT_NS 50000UL   /* many times what the unwinding of an exception takes */
#define STAY_NS      5000000UL /* who was not there as long ran meanwhile, on a busy machine too */
#define STEP_NS      50000UL
#define LIST_TRIES   100
#define UNCOUNTED    UINT32_MAX
static uint32_t gate;         /* atomic */
static uint32_t passers;      /* atomic */
static uint32_t passers_left; /* atomic: how many ever have */
static uint32_t stayed;       /* atomic: passers_left + 1 when somebody stayed; 0 nobody yet */
static bool gate_lost;

/* This thread's own part in them. */
static __thread struct {
    uint32_t inside;     /* how often it has entered the gate: counted there once, */
    uint32_t passing;    /* in passers, */
    uint32_t generation; /* of this process */
} own __attribute__((tls_model("initial-exec")));
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

/* Until nobody is inside, or a tenth of a second. */
static void await_gate(void)
{
    uint64_t soon = zg_sys_now() + PASS_WAIT_NS;
    uint64_t deadline = 0;
    uint32_t seen;

    /* Pairs with zg_fork_gate_enter(), whose caller looks at `passers` then. */
    while (((seen = __atomic_load_n(&gate, __ATOMIC_SEQ_CST)) & INSIDE_MASK) != 0) {
        if (zg_sys_now() < soon)
            zg_arch_pause();
        else if (!wait_at_gate(&deadline, seen))
            return;
    }
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
    if (own.inside != 0 && !gate_lost) {
        own.inside++;
        return true;
    }
    seen = __atomic_load_n(&gate, __ATOMIC_RELAXED);
    while (!gate_lost) {
        if (seen >= FORKING && wait_at_gate(&deadline, seen))
            seen = __atomic_load_n(&gate, __ATOMIC_RELAXED);
        else if (__atomic_compare_exchange_n(&gate, &seen, seen + 1, true, __ATOMIC_SEQ_CST,
                                             __ATOMIC_RELAXED)) {
            own.inside = 1;
            return true;
        }
    }
    return false;
}

void zg_fork_gate_leave(void)
{
    if (--own.inside == 0)
        __atomic_fetch_sub(&gate, 1, __ATOMIC_RELEASE);
}

static uint32_t passing_here(void)
{
    return own.generation == zg_fork_generation() ? own.passing : 0;
}

bool zg_fork_list_is_held(void)
{
    return __atomic_load_n(&passers, __ATOMIC_SEQ_CST) != passing_here();
}

/* Is the list free, or free within the time? */
static bool await_list(uint64_t until)
{
    while (zg_fork_list_is_held()) {
        if (zg_sys_now() >= until)
            return false;
        (void)zg_sys_futex_wait(&passers, __atomic_load_n(&passers, __ATOMIC_RELAXED), STEP_NS);
    }
    return true;
}

enum { FREE, BUSY, HELD };

/* Busy: others come and go there, as they do who throw exceptions. Held: somebody stays, for whom
 * nobody waits a second time. */
static int look_at_list(void)
{
    uint32_t left = __atomic_load_n(&passers_left, __ATOMIC_RELAXED);

    if (left + 1 == __atomic_load_n(&stayed, __ATOMIC_RELAXED))
        return zg_fork_list_is_held() ? HELD : FREE;
    if (await_list(zg_sys_now() + STAY_NS))
        return FREE;
    left = __atomic_load_n(&passers_left, __ATOMIC_RELAXED);
    if (await_list(zg_sys_now() + STAY_NS))
        return FREE;
    if (left != __atomic_load_n(&passers_left, __ATOMIC_RELAXED))
        return BUSY;
    __atomic_store_n(&stayed, left + 1, __ATOMIC_RELAXED);
    return HELD;
}

bool zg_fork_list_enter(void)
{
    zg_fork_look();
    for (int i = 0; i < LIST_TRIES; i++) {
        int list = look_at_list();

        if (list == HELD || !zg_fork_gate_enter())
            return false;
        /* Pairs with zg_fork_passer_enter(): one of us sees the other. */
        if (list == BUSY || !zg_fork_list_is_held())
            return true;
        zg_fork_gate_leave();
    }
    return false;
}

void zg_fork_list_leave(void)
{
    zg_fork_gate_leave();
}

void zg_fork_gate_close(void)
{
    uint64_t deadline;

    __atomic_add_fetch(&gate, FORKING, __ATOMIC_ACQUIRE);
    await_gate();
    if (!zg_fork_list_is_held())
        return;
    deadline = zg_sys_now() + PASS_WAIT_NS;
    while (zg_fork_list_is_held() && zg_sys_now() < deadline)
        zg_arch_pause();
}

void zg_fork_gate_open(void)
{
    __atomic_fetch_sub(&gate, FORKING, __ATOMIC_RELEASE);
}

/* The guard's own thread comes here by a libunwind that it shares with the host. */
uint32_t zg_fork_passer_enter(void)
{
    if (own.inside != 0)
        return UNCOUNTED;
    zg_fork_look();
    own.passing = passing_here() + 1;
    own.generation = zg_fork_generation();
    __atomic_fetch_add(&passers, 1, __ATOMIC_SEQ_CST);
    await_gate();
    return own.generation;
}

/* Who forked in between, in its own callback, is counted in the parent alone. */
void zg_fork_passer_leave(uint32_t entered)
{
    if (entered == UNCOUNTED)
        return;
    zg_fork_look();
    if (zg_fork_generation() != entered)
        return;
    own.passing--;
    __atomic_fetch_add(&passers_left, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&passers, 1, __ATOMIC_RELEASE);
}

bool zg_fork_is_borrowed(void)
{
    return forks.pid != 0 && forks.pid != zg_sys_getpid();
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
