/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Call stacks. A stack is an immutable chain of return addresses in a depot and is named by a
 * number, so that remembering the stack of every use of a socket is one store.
 *
 * Taking a stack costs a few nanoseconds when the same thread took the same one before from the
 * same frame: the chain is then verified by comparing the return-address slots on the stack, in
 * order, innermost first (so no slot is read that is not known to be live), not unwound again.
 * Only a new chain is unwound, by libunwind, which is loaded privately (never DT_NEEDED: it would
 * take over the host's C++ exceptions).
 */
#ifndef ZG_HOST_STACK_H
#define ZG_HOST_STACK_H

#include "base/compiler.h"

typedef uint32_t zg_stack_id; /* 0 = none */

#define ZG_STACK_FRAMES 64 /* frames kept at most; option stack_depth may ask for fewer */

struct zg_stack_cache;

enum zg_stacks_mode { ZG_STACKS_FULL, ZG_STACKS_CALLER, ZG_STACKS_OFF };

/* Loads libunwind and sets the mode; depth in frames, 1..ZG_STACK_FRAMES. Without libunwind stacks
 * consist of the caller's address alone and zg_stack_missing() says why. Takes the loader's lock.
 */
void zg_stack_init(enum zg_stacks_mode mode, uint32_t depth);
/* NULL, or a sentence: libunwind could not be loaded. */
const char *zg_stack_missing(void);

/*
 * The stack of the hook whose caller's return address and whose frame address these are (use
 * ZG_STACK_HERE in the hook itself). *cache is the thread's, made on first use. Never blocks for
 * long, keeps errno, and may run in a signal handler: when it cannot unwind there, it returns the
 * caller alone. 0 only when stacks are off or memory is exhausted.
 */
zg_stack_id zg_stack_take(struct zg_stack_cache **cache, uintptr_t caller, uintptr_t frame);
#define ZG_STACK_HERE(thread)                                                                      \
    zg_stack_take(&(thread)->stacks, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS())

/* The chain, innermost first: return addresses (the call is just before each). Returns the number
 * of frames written; 0 for id 0. Lock-free. */
size_t zg_stack_frames(zg_stack_id id, uintptr_t *frames, size_t cap);
/* Is a frame with this frame address (ZG_FRAME_ADDRESS() of a hook) live on the caller's stack? */
bool zg_stack_has_frame(uintptr_t frame);
/* The thread is gone: its cache may serve another. */
void zg_stack_cache_drop(struct zg_stack_cache **cache);
/* Code was unloaded (dlclose): remembered chains and libunwind's caches may lie. */
void zg_stack_flush(void);
void zg_stack_after_fork(void);

#endif
