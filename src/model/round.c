/* SPDX-License-Identifier: MPL-2.0 */
/* The rounds of barriers: all of a barrier's state is in one word. */
#include "model/round.h"

/*
 * in       arrived and not gone yet           20 bits
 * arrived  in the present round               20 bits
 * odd      the present round is               1 bit
 * merged                                       1 bit; nothing is counted any more
 * life     changes with init and destroy      22 bits; who was counted in another one is not
 *                                             counted out of this one
 */
#define IN           ((uint64_t)1)
#define IN_MASK      (ARRIVED - 1)
#define ARRIVED      ((uint64_t)1 << 20)
#define ARRIVED_MASK (ODD - ARRIVED)
#define ODD          ((uint64_t)1 << 40)
#define MERGED       ((uint64_t)1 << 41)
#define LIFE         ((uint64_t)1 << 42)
#define LIFE_MASK    (~(LIFE - 1))
#define FREE         ((uintptr_t)0)
#define CLAIMED      ((uintptr_t)1)
#define PLACES       8U /* where a barrier's record may be */

_Static_assert(ZG_ROUND_THREADS < ARRIVED / IN, "one more than a round takes can be counted");

/* All atomic. barrier is FREE, CLAIMED by who writes the others, or the address that it is of; word
 * is merged unless it is of one. */
struct zg_rounds {
    uint64_t word;
    uintptr_t barrier;
    uint32_t count;
} ZG_ALIGNED_LINE;

static struct zg_rounds records[ZG_ROUND_BARRIERS];

static struct zg_rounds *place_of(uintptr_t barrier, uint32_t i)
{
    uint64_t hash = (uint64_t)(barrier >> 3) * 0x9E3779B97F4A7C15U >> 40;

    return &records[(hash + i) % ZG_ROUND_BARRIERS];
}

/* A barrier that is waited at is not destroyed: what is found stays its own until it has left the
 * real wait. */
static struct zg_rounds *find(uintptr_t barrier)
{
    for (uint32_t i = 0; i < PLACES; i++) {
        struct zg_rounds *r = place_of(barrier, i);

        /* Pairs with the last store of zg_rounds_begin(). */
        if (__atomic_load_n(&r->barrier, __ATOMIC_ACQUIRE) == barrier)
            return r;
    }
    return NULL;
}

static uint64_t next_life(const struct zg_rounds *r)
{
    return (__atomic_load_n(&r->word, __ATOMIC_RELAXED) & LIFE_MASK) + LIFE;
}

void zg_rounds_begin(uintptr_t barrier, uint32_t count)
{
    uint64_t merged = count == 0 || count > ZG_ROUND_THREADS ? MERGED : 0;

    for (uint32_t i = 0; i < PLACES; i++) {
        struct zg_rounds *r = place_of(barrier, i);
        uintptr_t expected = FREE;

        if (!__atomic_compare_exchange_n(&r->barrier, &expected, CLAIMED, false, __ATOMIC_ACQUIRE,
                                         __ATOMIC_RELAXED))
            continue;
        __atomic_store_n(&r->count, count, __ATOMIC_RELAXED);
        __atomic_store_n(&r->word, next_life(r) | merged, __ATOMIC_RELEASE);
        /* Release: who finds the record by its address finds it complete. */
        __atomic_store_n(&r->barrier, barrier, __ATOMIC_RELEASE);
        return;
    }
}

void zg_rounds_end(uintptr_t barrier)
{
    struct zg_rounds *r = find(barrier);

    if (r == NULL)
        return;
    __atomic_store_n(&r->word, next_life(r) | MERGED, __ATOMIC_RELAXED);
    /* Release: pairs with the claim in zg_rounds_begin(). */
    __atomic_store_n(&r->barrier, FREE, __ATOMIC_RELEASE);
}

/* The word after one more arrival. */
static uint64_t counted_in(uint64_t word, uint32_t count)
{
    if ((word & IN_MASK) >= count * IN)
        return word | MERGED;
    if ((word & ARRIVED_MASK) == count * ARRIVED)
        word = (word & ~ARRIVED_MASK) ^ ODD;
    return word + ARRIVED + IN;
}

struct zg_round zg_round_arrive(uintptr_t barrier)
{
    struct zg_round round = {.of = find(barrier), .into = ZG_ROUND_EVEN};
    uint64_t word;

    if (round.of == NULL)
        return round;
    round.count = __atomic_load_n(&round.of->count, __ATOMIC_RELAXED);
    word = __atomic_load_n(&round.of->word, __ATOMIC_RELAXED);
    do {
        round.word = (word & MERGED) != 0 ? word : counted_in(word, round.count);
    } while ((word & MERGED) == 0 &&
             !__atomic_compare_exchange_n(&round.of->word, &word, round.word, true,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    if ((round.word & (ODD | MERGED)) == ODD)
        round.into = ZG_ROUND_ODD;
    return round;
}

enum zg_round_objects zg_round_over(const struct zg_round *round)
{
    /* The real wait orders this behind what the members of the round did before it. */
    uint64_t word;

    if (round->of == NULL)
        return ZG_ROUND_EVEN;
    word = __atomic_load_n(&round->of->word, __ATOMIC_RELAXED);
    if (((word ^ round->word) & LIFE_MASK) != 0 || (word & MERGED) != 0)
        return ZG_ROUND_BOTH;
    if (((word ^ round->word) & ODD) == 0 && (word & ARRIVED_MASK) < round->count * ARRIVED) {
        /* Over, but not full: somebody waited who was not counted. */
        (void)__atomic_or_fetch(&round->of->word, MERGED, __ATOMIC_RELAXED);
        return ZG_ROUND_BOTH;
    }
    return round->into;
}

void zg_round_leave(const struct zg_round *round)
{
    uint64_t word;

    if (round->of == NULL)
        return;
    word = __atomic_load_n(&round->of->word, __ATOMIC_RELAXED);
    /* Release: what was acquired before is not what the round after the next one releases. */
    while (((word ^ round->word) & LIFE_MASK) == 0 && (word & MERGED) == 0 &&
           !__atomic_compare_exchange_n(&round->of->word, &word, word - IN, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        ;
}
