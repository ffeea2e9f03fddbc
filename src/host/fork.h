/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Which side of which fork this is: records remember the generation they were made in.
 *
 * A child is noticed by a page that the kernel zeroes in it (MADV_WIPEONFORK, Linux 4.14), however
 * it was made: fork, _Fork, clone. A child that shares its parent's memory (vfork) keeps the page
 * and is the parent, as far as the guard's state goes: rightly, for that is shared too. Older
 * kernels have pthread_atfork alone.
 */
#ifndef ZG_HOST_FORK_H
#define ZG_HOST_FORK_H

#include "base/arch.h"
#include "base/compiler.h"
#include "host/stack.h"

/* In .bss: nearly every hook looks at it, so it has a fixed address. (The fast path of sends and
 * receives has hints that a fork wipes likewise.) */
struct zg_fork_page {
    uint32_t live; /* atomic: 1; 0 in a child that was not noticed yet (and before
                      zg_fork_init()); 2 while it is worked on */
} __attribute__((aligned(ZG_ARCH_PAGE)));
extern ZG_HIDDEN struct zg_fork_page zg_fork_page;

/* A fork as the child remembers it. */
struct zg_fork_note {
    uint32_t generation; /* of the child */
    int parent;          /* pid */
    zg_stack_id stack;   /* of the fork; 0 = not seen (_Fork, clone) */
    uint32_t thread;     /* actor id of who forked, 0 unknown */
    uint64_t time;       /* zg_sys_now(), 0 unknown */
};

#define ZG_FORK_NOTES 16U /* forks remembered: a chain of more generations forgets the oldest */

/*
 * A thread that is inside of dl_iterate_phdr() when another forks leaves the loader's list locked
 * in the child for good: glibc makes other locks anew there, not that one. So whoever goes there,
 * by itself or through libunwind, passes a gate that is closed around a fork, with signals blocked.
 * Who is inside may enter again. Nobody waits longer than a tenth of a second: it is a lock that
 * others may hold.
 *
 * False: in the child of a fork that did not wait, or could not (_Fork, clone), and found somebody
 * inside. The lock may be lost there: do without the list, and do not leave the gate.
 */
bool zg_fork_gate_enter(void);
bool zg_fork_gate_is_lost(void);
void zg_fork_gate_leave(void);
/*
 * The same for who wants the list itself. False also while another thread of the host's is in its
 * own function of dl_iterate_phdr(), and stays there: that function may wait for this thread. What
 * is known of the list must do for the moment.
 */
bool zg_fork_list_enter(void);
void zg_fork_list_leave(void);
/* Is another thread of the host's there? */
bool zg_fork_list_is_held(void);
/* A thread of the host's is there by itself (hook/phdr.c). A fork waits for it but a moment: it may
 * be inside for long. It waits until those of the guard's have left. What enter returns is for
 * leave. Who leaves by longjmp() stays counted: glibc does not unlock the list then. */
uint32_t zg_fork_passer_enter(void);
void zg_fork_passer_leave(uint32_t entered);
/* In the prepare handler: when this returns, nobody is inside. Then in the parent; a child's gate
 * is open when it was adopted. */
void zg_fork_gate_close(void);
void zg_fork_gate_open(void);

/* Is this a child of vfork, which shares its parent's memory? What the guard knows is the parent's
 * then. Not before zg_fork_look(). */
bool zg_fork_is_borrowed(void);

/* How many forks lie between the first process and this one. */
uint32_t zg_fork_generation(void);
/* In the parent, before fork: what the child will remember. */
void zg_fork_prepare(zg_stack_id stack, uint32_t thread);
/* In the parent, after it. */
void zg_fork_done(void);
/* The fork that lies between the generation a record was made in and this process, the first one
 * where there are several; NULL when that was forgotten. */
const struct zg_fork_note *zg_fork_since(uint32_t generation);

/*
 * True once in each child, for the caller who then makes the guard's state the child's and says
 * zg_fork_adopted(); other threads of the child wait for that. Signals are blocked in between;
 * *mask is given back by zg_fork_adopted(). thread: the caller's actor id. Only for who was called
 * by the atfork handler or saw the page dead.
 */
bool zg_fork_is_new_child(uint32_t thread, uint64_t *mask);
void zg_fork_adopted(uint64_t mask);
/* adopt: what makes the guard's state the child's, by zg_fork_is_new_child(). */
void zg_fork_init(void (*adopt)(void));

/*
 * In whatever takes a lock of the guard's or goes through the loader's list and is not sure that
 * its process was noticed: in a child of _Fork() or clone() a thread that is not there may hold
 * them. (test/prog/life_fork_raw.c)
 */
void zg_fork_look_slow(void);
ZG_INLINE void zg_fork_look(void)
{
    if (zg_unlikely(zg_fork_page.live == 0))
        zg_fork_look_slow();
}

#endif
