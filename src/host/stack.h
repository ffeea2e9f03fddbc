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

#include "base/arch.h"
#include "base/compiler.h"

typedef uint32_t zg_stack_id; /* 0 = none */

#define ZG_STACK_FRAMES 64 /* frames kept at most; option stack_depth may ask for fewer */

enum zg_stacks_mode { ZG_STACKS_FULL, ZG_STACKS_CALLER, ZG_STACKS_OFF };

/* Loads libunwind and sets the mode; depth in frames, 1..ZG_STACK_FRAMES. Without libunwind stacks
 * consist of the caller's address alone and zg_stack_missing() says why. Takes the loader's lock.
 */
void zg_stack_init(enum zg_stacks_mode mode, uint32_t depth);
/* NULL, or a sentence: libunwind could not be loaded. */
const char *zg_stack_missing(void);

/* Marks a frame that is a place in a script: host/script.h. No code has such an address. */
#define ZG_STACK_SCRIPT ((uintptr_t)1 << 63)
ZG_INLINE bool zg_stack_is_script(uintptr_t frame)
{
    return (frame & ZG_STACK_SCRIPT) != 0;
}

/* A word that a chain depends on. */
struct zg_stack_read {
    uintptr_t addr;
    uintptr_t value;
};
/* Where the last read of a list points: it never compares. */
extern ZG_HIDDEN const uintptr_t zg_stack_end;

/* A chain as this thread last took it from this place. */
struct zg_cached_stack {
    uintptr_t caller; /* atomic: 0 = no cached. Written by the thread; zeroed by zg_stack_flush() */
    uintptr_t frame;
    const struct zg_stack_read *reads; /* read_count, and one more that ends them */
    zg_stack_id id;
    uint16_t read_count;
    uint16_t script_count; /* frames of a script among it (host/python_chain.h), which stand behind
                              the end of reads; only with ZG_STACK_SCRIPT in caller */
};

#define ZG_STACK_HARD 8 /* call sites */

/* A thread's entries. Used by the thread itself, and by its signal handlers: they change nothing
 * while busy is set. */
struct zg_stack_cache {
    uintptr_t busy; /* frame of the capture that is going on, 0 = none */
    uintptr_t mask; /* of entries, their number being a power of two */
    struct zg_cached_stack *entries;
    struct zg_stack_read *reads; /* a ring that the entries' lists lie in */
    uint32_t read_cap;
    uint32_t read_next;
    uint32_t lost;   /* entries that had to make room for others */
    uint32_t nested; /* captures that found busy set */
    uint32_t victim; /* counts, to lose entries in turn */
    struct {
        uintptr_t caller;
        uint32_t times;
    } hard[ZG_STACK_HARD]; /* call sites whose chains could not be remembered, and how often */
    struct zg_stack_cache *next; /* in the list of all; written once */
};

ZG_INLINE uintptr_t zg_stack_place(uintptr_t caller, uintptr_t frame)
{
    return caller ^ caller >> 6 ^ frame >> 4;
}

/* Everything that is not the same chain again. */
zg_stack_id zg_stack_take_slow(struct zg_stack_cache **cache, uintptr_t caller, uintptr_t frame);

/* Do all words of a list have their values? Every word is compared only after all those that tell
 * that it is still a live part of the stack. */
ZG_INLINE bool zg_stack_reads_hold(const struct zg_stack_read *r)
{
    while (*(const uintptr_t *)r->addr == r->value)
        r++;
    return r->addr == (uintptr_t)&zg_stack_end;
}

/* Is the cached's chain the one of this moment? */
ZG_INLINE bool zg_cached_stack_holds(const struct zg_cached_stack *m, uintptr_t caller,
                                     uintptr_t frame)
{
    return m->caller == caller && m->frame == frame &&
           (m->read_count == 0 || zg_stack_reads_hold(m->reads));
}

/*
 * The stack of the hook whose caller's return address and whose frame address these are. *cache is
 * the thread's, made on first use. Never blocks for long, keeps errno, and may run in a signal
 * handler: what it interrupted is left alone. 0 only when stacks are off or memory is exhausted.
 */
ZG_INLINE zg_stack_id zg_stack_take(struct zg_stack_cache **cache, uintptr_t caller,
                                    uintptr_t frame)
{
    struct zg_stack_cache *c = *cache;

    if (zg_likely(c != NULL)) {
        const struct zg_cached_stack *m = &c->entries[zg_stack_place(caller, frame) & c->mask];
        uintptr_t outer = c->busy;
        zg_stack_id id = 0;

        c->busy = frame;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (zg_likely(zg_cached_stack_holds(m, caller, frame)))
            id = m->id;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        c->busy = outer;
        if (zg_likely(id != 0))
            return id;
    }
    return zg_stack_take_slow(cache, caller, frame);
}
/* The same for who may have interrupted a look at a cached: changes none. */
zg_stack_id zg_stack_take_apart(struct zg_stack_cache *const *cache, uintptr_t caller,
                                uintptr_t frame);
/* What a signal interrupted, from the registers that the kernel gave its handler. The first frame
 * is where that stopped, plus 1: like the others one that lies behind what is meant. Remembers
 * nothing. */
zg_stack_id zg_stack_take_interrupted(const zg_arch_context *from);
/* The cached that the chain was last found by or put in, if it is the one for this place; or NULL.
 */
const struct zg_cached_stack *zg_cached_stack_of(const struct zg_stack_cache *c, uintptr_t caller,
                                                 uintptr_t frame);

/* The chain, innermost first: return addresses (the call is just before each), and in between the
 * frames of scripts (zg_stack_is_script()). Returns the number of frames written, at most
 * ZG_STACK_FRAMES; 0 for id 0. Lock-free. */
size_t zg_stack_frames(zg_stack_id id, uintptr_t *frames, size_t cap);
/* Of the last frame of a chain: does the chain end there because the frame's caller cannot be
 * found for sure (generated code, assembly without unwind tables; a signal frame at a call site
 * that is reached often)? For reports. */
bool zg_stack_ends_unfollowed(uintptr_t frame);
/* Is a frame with this frame address (ZG_FRAME_ADDRESS() of a hook) live on the caller's stack,
 * further out than the frame beyond, which is the calling hook's own? Exact, also through signal
 * frames; a hook that has taken the place of the one meant cannot be told from it. False when that
 * cannot be known (no libunwind). */
bool zg_stack_has_frame(uintptr_t frame, uintptr_t beyond);
/* The thread is gone: its cache may serve another. The thread must not take stacks meanwhile. */
void zg_stack_cache_drop(struct zg_stack_cache **cache);
/* Code was unloaded (dlclose): remembered chains and libunwind's caches may lie. */
void zg_stack_flush(void);
void zg_stack_after_fork(void);

#endif
