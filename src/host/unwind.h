/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Unwinding by a libunwind of our own: opened privately, never a dependency (it would take over
 * the host's C++ exceptions). libunwind reads memory through us, which gives three things: a broken
 * stack cannot crash the host, no pipe is opened to probe addresses, and every word that a result
 * depends on is known, in the order in which it was read.
 */
#ifndef ZG_HOST_UNWIND_H
#define ZG_HOST_UNWIND_H

#include "base/compiler.h"
#include "host/stack.h"

/* A word of the stack that a walk has read, and what it held. */
struct zg_stack_read {
    uintptr_t addr;
    uintptr_t value;
};

#define ZG_WALK_READS 160

struct zg_walk {
    /* Asked: */
    uintptr_t frame;  /* frames up to this frame address are the guard's own and left out */
    uintptr_t wanted; /* zg_stack_has_frame(): a frame address to look for, 0 = none */
    uint32_t depth;   /* frames wanted at most, up to ZG_STACK_FRAMES */
    /* Answered: */
    uint32_t count;      /* of ips */
    uint32_t read_count; /* of reads */
    bool exact;          /* the reads are all that the ips depend on, besides the first ip and the
                            stack and frame pointer that the guard was called with */
    bool found;          /* wanted is there */
    uintptr_t ips[ZG_STACK_FRAMES]; /* return addresses; that of an interrupted function plus 1 */
    struct zg_stack_read reads[ZG_WALK_READS];
    /* For the walker: pages of which a word was read. */
    uintptr_t page[2];
};

/* Opens libunwind; once. Takes the loader's lock. */
void zg_unwind_init(void);
/* NULL, or a sentence: why there is none. */
const char *zg_unwind_missing(void);

/*
 * Unwinds the calling thread's stack from the caller of this function to its end or the depth.
 * Keeps errno, allocates nothing, async-signal-safe. Costs some microseconds. Does nothing without
 * libunwind.
 */
void zg_unwind_walk(struct zg_walk *walk);

/* Reads a word of the stack, or fails when it cannot be read. */
bool zg_walk_read(struct zg_walk *walk, uintptr_t addr, uintptr_t *value);

/* In the child of a fork. */
void zg_unwind_after_fork(void);

#endif
