/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Sections that no signal handler of the host's may interrupt: it could come back for a lock that
 * its own thread holds, find a structure half-made, or leave by a longjmp and take the lock along.
 *
 * To block signals costs two system calls a section. A section costs two stores instead: it is
 * marked in the thread, and the host's handlers are called by way of a function of ours
 * (hook/signal.c), which sends a signal that comes in a section to the thread once more and lets
 * the kernel deliver it when the section has ended. Until then all signals are blocked, by the
 * mask that the kernel restores when the handler returns: so one waits at most.
 *
 * A real-time signal that is sent again comes behind those that the thread has in its queue. They
 * hand on what came with them, each to the next, so that the host gets it in the order in which it
 * was sent; what was sent again, the last in the queue, has nothing of its own.
 *
 * A handler that was installed by a system call of the host's own is not called by way of us. The
 * hooks that it calls pass through while the mark is set (zg_critical_is_inside()).
 *
 * Sections that may take long (a report is written) or start a process block signals as ever:
 * zg_sys_block_signals().
 */
#ifndef ZG_BASE_CRITICAL_H
#define ZG_BASE_CRITICAL_H

#include "base/compiler.h"

/* Written and read by the thread itself and its handlers. */
struct zg_critical {
    uint32_t depth;     /* sections that the thread is in */
    uint32_t signal;    /* that came meanwhile and waits; 0 = none */
    uint64_t mask;      /* of blocked signals, when it came */
    uint64_t info[16];  /* what came with it: a siginfo_t */
    uint32_t turn;      /* a queued signal of which one was sent again; 0 = none */
    uint64_t first[16]; /* what is to come with the next one of it: a siginfo_t */
};
extern __thread struct zg_critical zg_critical
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* In a hook: did a handler interrupt a section of its own thread? */
ZG_INLINE bool zg_critical_is_inside(void)
{
    return zg_unlikely(zg_critical.depth != 0);
}

/* The signal that came in a section: sends it again, and opens the mask. */
void zg_critical_resume(void);

ZG_INLINE void zg_critical_enter(void)
{
    zg_critical.depth++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Not before the section's locks are free. */
ZG_INLINE void zg_critical_leave(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    zg_critical.depth--;
    /* In this order: what comes in between finds no section, and runs. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (zg_unlikely(zg_critical.signal != 0) && zg_critical.depth == 0)
        zg_critical_resume();
}

/* For who was called in a handler's place, with the siginfo_t and ucontext_t that the kernel gave
 * it: true when the thread is in a section. Then the signal comes again, and the caller returns at
 * once.
 */
bool zg_critical_defer(int signal, const void *info, void *context);

/* In a handler, or for what was taken from the queue, if zg_critical.turn is this signal: changes
 * what came with it to what would have come. */
void zg_critical_take_turn(int signal, void *info);
/* The same where nobody is told what came with it. */
void zg_critical_skip_turn(int signal);

/* Did an instruction of the thread's own raise it? It must be handled before the thread goes on. */
bool zg_critical_is_fault(int signal, const void *info);
/* To this thread; info, a siginfo_t, may be changed. */
void zg_critical_send_again(int signal, void *info);

#endif
