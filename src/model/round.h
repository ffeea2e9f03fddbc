/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The rounds of a barrier: which of a barrier's two synchronisation objects a thread releases into
 * when it arrives, and from which it learns when it leaves.
 *
 * A barrier goes round after round. Who leaves a round late must not learn what was released into
 * the next one already: the even rounds have one object, the odd rounds another. Which round an
 * arrival belongs to is only known inside of the real wait; here arrivals are counted just before
 * it, and two threads may enter it in the other order. That matters only when more threads than a
 * round takes are on their way, and so:
 *
 *   Whoever arrives while as many as a round takes are in (arrived, and not gone yet) makes the
 *   barrier "merged" before it enters the real wait. From then on all release into one object and
 *   all learn from both, as if there were no rounds: more is ordered, never less.
 *
 * Why no edge is lost. Say a barrier takes c, the real rounds before k had the arrivals 1 to kc as
 * counted here, and one of the members of the real round k does not see "merged" when it leaves.
 * What the members did before their waits happened before that, so each of the c, as it arrived,
 * found fewer than c in. Take the one that was counted last. Nobody can have gone by then but the
 * kc of the rounds before; so its number is at most kc + c, and as c different numbers above kc end
 * with it, they are kc + 1 to kc + c: the round that was counted. And two objects are enough: to be
 * counted into round k + 2 while one of round k is not gone is to find c in.
 *
 * So threads that are cancelled in a wait, leave it by longjmp(), or are not there in the child of
 * a fork, remain in, and at worst make their barrier merged. One that waits without being counted
 * (through a function that no preload can replace) is noticed when its round ends too early.
 *
 * Everything is lock-free and async-signal-safe.
 */
#ifndef ZG_MODEL_ROUND_H
#define ZG_MODEL_ROUND_H

#include "base/compiler.h"

/* Barriers at a time, in 64 KiB; from half of that on some may find no place. Those have no rounds,
 * only one object, as have those that were not seen to be initialised or that processes share. */
#define ZG_ROUND_BARRIERS 1024
/* A barrier for more threads is merged from the beginning. */
#define ZG_ROUND_THREADS ((uint32_t)1 << 19)

enum zg_round_objects {
    ZG_ROUND_EVEN = 1, /* of the even rounds, of merged barriers and of those without rounds */
    ZG_ROUND_ODD = 2,
    ZG_ROUND_BOTH = ZG_ROUND_EVEN | ZG_ROUND_ODD,
};

struct zg_rounds;

/* One wait, of the thread that waits. */
struct zg_round {
    struct zg_rounds *of;       /* NULL: the barrier has no rounds */
    uint64_t word;              /* of the barrier, as this arrival left it */
    uint32_t count;             /* arrivals that make a round */
    enum zg_round_objects into; /* EVEN or ODD: to be released into, before the real wait */
};

/* The barrier, not in use by anybody yet, takes count threads a round. */
void zg_rounds_begin(uintptr_t barrier, uint32_t count);
/* It was destroyed, or is initialised anew. Threads may still be leaving it. */
void zg_rounds_end(uintptr_t barrier);

/* Before the real wait, and before releasing. */
struct zg_round zg_round_arrive(uintptr_t barrier);
/* After the real wait: the objects to acquire. */
enum zg_round_objects zg_round_over(const struct zg_round *round);
/* After acquiring. */
void zg_round_leave(const struct zg_round *round);

#endif
