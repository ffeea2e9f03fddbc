/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The stack that a thread was started with: which part of it is known to be readable. A word there
 * is read without asking the kernel, because that stack stays as long as its thread does.
 *
 * A thread that runs on another stack (a coroutine, an alternate signal stack, a fibre) is noticed:
 * between that stack and the top of its own one lies a page that cannot be read.
 */
#ifndef ZG_HOST_OWN_STACK_H
#define ZG_HOST_OWN_STACK_H

#include "base/compiler.h"

/* Addresses lo..hi - 1 can be read. Written by the thread itself. */
struct zg_own_stack {
    uintptr_t lo, hi; /* hi 0: not looked at yet */
};
extern __thread struct zg_own_stack zg_own_stack
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Can the word at addr be read for sure? */
ZG_INLINE bool zg_own_stack_has(uintptr_t addr)
{
    return addr >= zg_own_stack.lo && addr + sizeof(uintptr_t) <= zg_own_stack.hi;
}

/* The calling thread is going to read its stack from the frame address outwards: makes sure that
 * what is known reaches down to it. A system call for each page that is new, no more. */
void zg_own_stack_reach(uintptr_t frame);
/* Finds where the main thread's stack begins. Once, by the main thread; before, and when it fails,
 * every word of that stack is asked for. Takes the loader's list lock. */
void zg_own_stack_init(void);

#endif
