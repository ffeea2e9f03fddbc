/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Unwinding by a libunwind of our own: opened privately, never a dependency (it would take over
 * the host's C++ exceptions). libunwind reads memory through us, which gives three things: a broken
 * stack cannot crash the host, no pipe is opened to probe addresses, and every word that a result
 * depends on is known, in the order in which it was read.
 */
#ifndef ZG_HOST_UNWIND_H
#define ZG_HOST_UNWIND_H

#include "base/arch.h"
#include "base/compiler.h"
#include "host/lib.h"
#include "host/stack.h"

#define ZG_WALK_READS 160 /* a frame has one or two, a Python frame six */

struct zg_walk {
    /* Asked: */
    uintptr_t frame;  /* frames up to this frame address are the guard's own and left out */
    uintptr_t wanted; /* zg_stack_has_frame(): a frame address to look for, 0 = none, */
    uintptr_t beyond; /* further out than this one */
    uint32_t depth;   /* frames wanted at most, up to ZG_STACK_FRAMES */
    bool sure;        /* end the chain where it would not be exact any more */
    /* Answered: */
    uint32_t count;      /* of ips */
    uint32_t read_count; /* of reads */
    bool exact;          /* the reads are all that the ips depend on, besides the first ip and the
                            stack and frame pointer that the guard was called with */
    bool linked;         /* the frame pointer that the hook was called with is one of those */
    bool passed;         /* beyond was there */
    bool found;          /* wanted is there */
    bool refused;        /* libunwind cannot be used at the moment: not to be remembered */
    uintptr_t ips[ZG_STACK_FRAMES]; /* return addresses; that of an interrupted function plus 1 */
    struct zg_stack_read reads[ZG_WALK_READS];
    /* For the walker: */
    uintptr_t outer;   /* stack pointer of the first frame that is not the guard's; 0 before it */
    uintptr_t page[2]; /* pages of which a word was read */
};

/* Opens libunwind; once. Takes the loader's lock. About 0.5 ms. */
void zg_unwind_init(void);
/* NULL, or a sentence: why there is none. */
const char *zg_unwind_missing(void);

/*
 * Unwinds the calling thread's stack to its end or the depth, from a function that has not returned
 * since its registers were captured. Keeps errno, allocates nothing, async-signal-safe. Costs some
 * microseconds, and about 6 KiB of stack: see base/altstack.h. Does nothing without libunwind, or
 * when that cannot be used at the moment.
 */
void zg_unwind_walk(struct zg_walk *walk, const zg_arch_context *from);

/*
 * How a function's caller is found when it is stopped at a certain return address, as far as that
 * can be said in a word: what libunwind does there, learnt by watching it unwind an imaginary
 * stack. Offsets are in words. The CFA is the caller's stack pointer.
 */
enum zg_rule_kind {
    ZG_RULE_UNKNOWN, /* cannot be learnt at the moment */
    ZG_RULE_FRAME,   /* as the other fields say */
    ZG_RULE_END,     /* the outermost frame */
    ZG_RULE_BARE,    /* no unwind table: generated code, assembly. libunwind would guess */
    ZG_RULE_COMPLEX, /* more to it: signal frames, other registers */
};
enum zg_rule_base {
    ZG_RULE_FROM_SP, /* CFA = stack pointer + cfa */
    ZG_RULE_FROM_FP, /* CFA = frame pointer + cfa */
    ZG_RULE_LOADED,  /* CFA = the word at frame pointer + cfa (a function that aligns its stack) */
};
#define ZG_RULE_FP_KEPT INT16_MIN
struct zg_rule {
    uint8_t kind;
    uint8_t base;
    int16_t cfa;
    int16_t ra; /* the return address stands at CFA + ra */
    int16_t fp; /* the caller's frame pointer stands at CFA + fp (LOADED: frame pointer + fp);
                   ZG_RULE_FP_KEPT: it is still in the register */
};

/* Learns the rule of a return address. Costs some microseconds, and stack as zg_unwind_walk() does;
 * async-signal-safe. */
struct zg_rule zg_unwind_learn(uintptr_t ip);

/* Is ip in the guard? Only its frames can be the wanted one: after a longjmp a frame of the
 * program's may stand at the same address. Always true where the guard's text is not known (in a
 * test that is linked with it). */
ZG_INLINE bool zg_walk_is_own(uintptr_t ip)
{
    const struct zg_lib_ranges *r = &zg_lib_ranges;

    return r->own_size == 0 || ip - r->own_start < r->own_size;
}

/* Was it the one wanted that fp and sp are of, and where its caller goes on with outer_sp? */
ZG_INLINE void zg_walk_look(struct zg_walk *walk, uintptr_t ip, uintptr_t fp, uintptr_t sp,
                            uintptr_t outer_sp)
{
    if (fp < sp || fp >= outer_sp || !zg_walk_is_own(ip))
        return;
    walk->found = walk->found || (walk->passed && fp == walk->wanted);
    walk->passed = walk->passed || fp == walk->beyond;
}

/* Clears the walk: it wants the hook's frame, and at most depth frames of its callers. */
void zg_walk_begin(struct zg_walk *walk, uintptr_t frame, uint32_t depth);
/* Makes ready for learning; false when there is no memory. Once. */
bool zg_unwind_learn_init(void);
/* Finds out whether libunwind asks us for every word of the stack. Where it does not, rules are
 * learnt by values, and a walk of libunwind's own is never exact. After zg_unwind_init(), once. */
void zg_unwind_learn_check(void);
bool zg_unwind_is_unwatched(void);
/* The walk's result depends on this word from now on. */
void zg_walk_note(struct zg_walk *walk, uintptr_t addr, uintptr_t value);
/* Reads a word of the stack, or fails when it cannot be read. */
bool zg_walk_read(struct zg_walk *walk, uintptr_t addr, uintptr_t *value);

/* Code was unloaded: what libunwind itself remembers may lie. */
void zg_unwind_flush(void);
/* In the child of a fork. */
void zg_unwind_after_fork(void);

#endif
