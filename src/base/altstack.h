/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Work on a stack of the guard's own. The host's may have little left: a signal handler on an
 * alternate stack of SIGSTKSZ, a coroutine.
 */
#ifndef ZG_BASE_ALTSTACK_H
#define ZG_BASE_ALTSTACK_H

#include "base/arch.h"

#define ZG_ALTSTACK_SIZE                                                                           \
    ((size_t)64 << 10)      /* of such a stack; only what is used of it is touched */
#define ZG_ALTSTACK_MAX 128 /* of them at most; a call has one until it returns */

/* from: the registers where the host's stack was left, to unwind it from. */
typedef void zg_altstack_work(void *arg, const zg_arch_context *from);

/*
 * Calls work(arg, from) in a section (base/critical.h): no handler of the host's can come to run on
 * our stack, or leave it by a jump. False, and nothing was called, when there is no such stack.
 * Needs some 300 bytes of the caller's. Keeps errno if work does; async-signal-safe; may be nested.
 */
bool zg_altstack_call(zg_altstack_work *work, void *arg);

#endif
