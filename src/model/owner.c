/* SPDX-License-Identifier: MPL-2.0 */
/* The slow half of ownership: challenge, shared use, and taking the bias back. */
#include "model/owner.h"

/* Consecutive uses in shared mode after which the owner is biased again; doubled with each
 * revocation, so that a socket that is handed to and fro stays in shared mode. */
#define REBIAS_AFTER  16U
#define REVOKED_LIMIT 20U

void zg_owned_init(struct zg_owned *o, struct zg_actor *a, uintptr_t handle, uint64_t flags)
{
    uint32_t generation = o->generation + 1;

    /* Whoever still holds the record under its old handle is turned away first. */
    __atomic_store_n(&o->word, ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    zg_actor_touch(a, o);
    o->run = 0;
    o->frame = 0;
    o->epoch = a->epoch;
    o->use = 0;
    o->calls = 0;
    o->time = 0;
    o->timed = 0;
    o->revoked = 0;
    o->io = false;
    o->moved_by_strict = false;
    o->generation = generation;
    __atomic_store_n(&o->in, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&o->handle, handle, __ATOMIC_RELAXED);
    __atomic_store_n(&o->word, a->id | flags, __ATOMIC_RELEASE);
}

static void look(const struct zg_owned *o, uint64_t word, struct zg_prior *prior)
{
    prior->owner = (uint32_t)word;
    prior->inside = __atomic_load_n(&o->in, __ATOMIC_ACQUIRE);
    prior->epoch = o->epoch;
    prior->use = o->use;
    prior->calls = o->calls;
    prior->time = o->time;
    prior->timed = o->timed;
    prior->frame = o->frame;
    prior->io = o->io;
}

/* Takes the bias away from the owner. Afterwards every entry goes by compare-and-swap. */
static uint64_t share(struct zg_owned *o, uint64_t word)
{
    while ((word & (ZG_OWNED_SHARED | ZG_OWNED_CLOSED)) == 0) {
        if (!__atomic_compare_exchange_n(&o->word, &word, word | ZG_OWNED_SHARED, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            continue;
        word |= ZG_OWNED_SHARED;
        /* Pairs with zg_fence_light() in zg_owned_enter(): from here on either we see the owner
         * inside, or the owner sees SHARED. */
        zg_fence_heavy();
    }
    return word;
}

/* Inside, in shared mode: biased to this actor again after an undisturbed run. */
static void consider_bias(struct zg_owned *o, const struct zg_actor *a)
{
    uint32_t doublings = o->revoked < REVOKED_LIMIT ? o->revoked : REVOKED_LIMIT;

    if (++o->run < REBIAS_AFTER << doublings)
        return;
    o->run = 0;
    o->revoked++;
    __atomic_store_n(&o->word, a->id, __ATOMIC_RELEASE);
}

/* Inside: is the last use before our present, and whose is the object from now on? */
static enum zg_entry settle(struct zg_owned *o, struct zg_actor *a, uint64_t word)
{
    bool let_go = (word & ZG_OWNED_HANDOFF) != 0;

    if ((uint32_t)word == a->id && !let_go) {
        consider_bias(o, a);
        return ZG_ENTRY_OK;
    }
    o->run = 0;
    __atomic_store_n(&o->word, a->id | ZG_OWNED_SHARED, __ATOMIC_RELEASE);
    return let_go || zg_actor_knows(a, o->epoch) ? ZG_ENTRY_ADOPTED : ZG_ENTRY_UNORDERED;
}

enum zg_entry zg_owned_enter_slow(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                                  struct zg_prior *prior)
{
    for (;;) {
        uint64_t word = __atomic_load_n(&o->word, __ATOMIC_ACQUIRE);
        uint32_t nobody = 0;

        look(o, word, prior);
        if (__atomic_load_n(&o->handle, __ATOMIC_RELAXED) != handle ||
            (word & ZG_OWNED_CLOSED) != 0)
            return ZG_ENTRY_CLOSED;
        if ((word & ZG_OWNED_FORKED) != 0)
            return ZG_ENTRY_FORKED;
        if ((word & ZG_OWNED_UNCHECKED) != 0)
            return ZG_ENTRY_UNCHECKED;
        word = share(o, word);
        if (!__atomic_compare_exchange_n(&o->in, &nobody, a->id, false, __ATOMIC_ACQUIRE,
                                         __ATOMIC_ACQUIRE)) {
            look(o, word, prior);
            prior->inside = nobody;
            return nobody == a->id ? ZG_ENTRY_NESTED : ZG_ENTRY_OVERLAP;
        }
        /* The bias may have been taken back between the two steps: then the owner stores `in`
         * without looking at ours. Once more, with the bias away. */
        word = __atomic_load_n(&o->word, __ATOMIC_ACQUIRE);
        if ((word & ZG_OWNED_SHARED) != 0 && (word & ZG_OWNED_CLOSED) == 0) {
            look(o, word, prior);
            return settle(o, a, word);
        }
        __atomic_compare_exchange_n(&o->in, &(uint32_t){a->id}, 0, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED);
    }
}

void zg_owned_abandon(struct zg_owned *o, const struct zg_actor *a)
{
    __atomic_compare_exchange_n(&o->in, &(uint32_t){a->id}, 0, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}

bool zg_strict_allows(const struct zg_prior *prior, bool is_close, bool owner_joined)
{
    return !prior->io || (is_close && owner_joined);
}
