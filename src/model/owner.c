/* SPDX-License-Identifier: MPL-2.0 */
/* The slow half of ownership: challenge, shared use, and taking the bias back. */
#include "model/owner.h"

/* Consecutive uses in shared mode after which the owner is biased again; doubled with each
 * revocation, so that a socket that is handed to and fro stays in shared mode. */
#define REBIAS_AFTER  16U
#define REVOKED_LIMIT 20U

/* The first uses are timed, and then one in so many: a clock costs more than the rest of a hook.
 * So many are twice as many as before while they take no longer than a moment, so that an age is
 * exact to a few of these. Reports say which use an age is that of. */
#define FIRST_TIMED  8
#define TIMED_EVERY  64
#define TIMED_SELDOM 4096
#define MOMENT       10000000U /* ns */

#define MS         1000000UL
#define BEHIND_MAX UINT16_MAX /* or more */

const struct zg_owned zg_owned_several;

static uint64_t load_word(const struct zg_owned *o)
{
    return __atomic_load_n(&o->word, __ATOMIC_ACQUIRE);
}

static uint64_t version_of(uint64_t word)
{
    return word & ~ZG_OWNED_PLAIN;
}

void zg_owned_init(struct zg_owned *o, struct zg_actor *a, uintptr_t handle, uint64_t flags)
{
    uint64_t version = version_of(o->word) + ZG_OWNED_VERSION;

    /* Whoever still holds the record under its old handle is turned away first. */
    __atomic_store_n(&o->word, version | ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    zg_actor_advance(a);
    o->run = 0;
    o->frame = 0;
    o->epoch = a->epoch;
    o->use = 0;
    o->time = 0;
    o->behind = 0;
    o->timed = 0;
    o->due = 0;
    o->left = 0;
    o->revoked = 0;
    o->io = false;
    o->own = NULL;
    __atomic_store_n(&o->quiet, false, __ATOMIC_RELAXED);
    o->generation++;
    __atomic_store_n(&o->in, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&o->bias, a, __ATOMIC_RELAXED);
    __atomic_store_n(&o->handle, handle, __ATOMIC_RELAXED);
    __atomic_store_n(&o->word, version | flags | a->id, __ATOMIC_RELEASE);
}

static uint64_t coarse_of(uint64_t time, uint16_t behind)
{
    return behind < BEHIND_MAX && time > behind * MS ? time - behind * MS : 0;
}

void zg_owned_look(const struct zg_owned *o, struct zg_prior *prior)
{
    prior->epoch = __atomic_load_n(&o->epoch, __ATOMIC_RELAXED);
    prior->use = __atomic_load_n(&o->use, __ATOMIC_RELAXED);
    prior->calls = zg_owned_uses(o);
    prior->time = __atomic_load_n(&o->time, __ATOMIC_RELAXED);
    prior->coarse = coarse_of(prior->time, __atomic_load_n(&o->behind, __ATOMIC_RELAXED));
    prior->timed = __atomic_load_n(&o->timed, __ATOMIC_RELAXED);
    prior->frame = __atomic_load_n(&o->frame, __ATOMIC_RELAXED);
    prior->io = __atomic_load_n(&o->io, __ATOMIC_RELAXED);
}

/* For reports and decisions; exact when the caller is inside, else a glance. */
static void look(const struct zg_owned *o, uint64_t word, struct zg_prior *prior)
{
    prior->owner = (uint32_t)word;
    prior->inside = __atomic_load_n(&o->in, __ATOMIC_RELAXED);
    zg_owned_look(o, prior);
}

static bool replace_word(struct zg_owned *o, uint64_t *word, uint64_t with)
{
    if (!__atomic_compare_exchange_n(&o->word, word, with, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    *word = with;
    return true;
}

/* Takes the bias away; false when the word changed meanwhile. Who finds it revoked but not yet
 * shared runs the fence too: the other one may not have come to it. */
static bool share(struct zg_owned *o, uint64_t *word)
{
    if ((*word & ZG_OWNED_SHARED) != 0)
        return true;
    if ((*word & ZG_OWNED_REVOKED) == 0 && !replace_word(o, word, *word | ZG_OWNED_REVOKED))
        return false;
    /* Pairs with zg_fence_light() in zg_owned_enter(): from here on either we see what the owner
     * is entering or is inside of, or the owner sees REVOKED. */
    zg_fence_heavy();
    /* The whole word with its version: of this revocation, not of a later one. */
    return replace_word(o, word, *word | ZG_OWNED_SHARED);
}

static void step_back(struct zg_owned *o, const struct zg_actor *a)
{
    uint32_t me = a->id;

    (void)__atomic_compare_exchange_n(&o->in, &me, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Inside, in shared mode: biased to this actor again after an undisturbed run. */
static void consider_bias(struct zg_owned *o, const struct zg_actor *a, uint64_t word)
{
    if (++o->run < REBIAS_AFTER << o->revoked)
        return;
    o->run = 0;
    if (o->revoked < REVOKED_LIMIT)
        o->revoked++;
    __atomic_store_n(&o->word, (version_of(word) + ZG_OWNED_VERSION) | a->id, __ATOMIC_RELEASE);
}

/* Inside: is the last use before our present, and whose is the object from now on? */
static enum zg_entry settle(struct zg_owned *o, struct zg_actor *a, uint64_t word)
{
    bool let_go = (word & ZG_OWNED_HANDOFF) != 0;

    if ((uint32_t)word == a->id) {
        if (let_go) /* nobody came for it: it never changed hands */
            __atomic_store_n(&o->word, word & ~ZG_OWNED_HANDOFF, __ATOMIC_RELEASE);
        else
            consider_bias(o, a, word);
        return ZG_ENTRY_OK;
    }
    o->run = 0;
    __atomic_store_n(&o->bias, a, __ATOMIC_RELAXED);
    __atomic_store_n(&o->word, version_of(word) | ZG_OWNED_REVOKED | ZG_OWNED_SHARED | a->id,
                     __ATOMIC_RELEASE);
    return let_go || zg_actor_knows(a, o->epoch) ? ZG_ENTRY_ADOPTED : ZG_ENTRY_UNORDERED;
}

/* The word is shared. False: it changed meanwhile, once more. */
static bool enter_shared(struct zg_owned *o, struct zg_actor *a, uint64_t word,
                         struct zg_prior *prior, enum zg_entry *entry)
{
    const struct zg_actor *bias = __atomic_load_n(&o->bias, __ATOMIC_RELAXED);
    uint32_t inside = 0;

    *entry = ZG_ENTRY_OVERLAP;
    /* Pairs with the release store in zg_owned_enter(). */
    if (bias != a && __atomic_load_n(&bias->entering, __ATOMIC_ACQUIRE) == &o->in) {
        look(o, word, prior);
        prior->inside = (uint32_t)word;
        return load_word(o) == word;
    }
    if (!__atomic_compare_exchange_n(&o->in, &inside, a->id, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_ACQUIRE)) {
        look(o, word, prior);
        prior->inside = inside;
        *entry = inside == a->id ? ZG_ENTRY_NESTED : ZG_ENTRY_OVERLAP;
        return true;
    }
    /* The bias may have been given again between our look at the word and this: then its thread
     * enters without looking at what we stored. */
    if (load_word(o) != word) {
        step_back(o, a);
        return false;
    }
    look(o, word, prior);
    *entry = settle(o, a, word);
    return true;
}

enum zg_entry zg_owned_enter_slow(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                                  struct zg_prior *prior)
{
    enum zg_entry entry;
    uint64_t word;

    do {
        word = load_word(o);
        look(o, word, prior);
        if (__atomic_load_n(&o->handle, __ATOMIC_RELAXED) != handle ||
            (word & ZG_OWNED_CLOSED) != 0)
            return ZG_ENTRY_CLOSED;
        if ((word & ZG_OWNED_FORKED) != 0)
            return ZG_ENTRY_FORKED;
        if ((word & ZG_OWNED_UNCHECKED) != 0)
            return ZG_ENTRY_UNCHECKED;
        if (a->entering == &o->in) {
            prior->inside = a->id;
            prior->frame = zg_actor_frame(a);
            return ZG_ENTRY_NESTED;
        }
    } while (!share(o, &word) || !enter_shared(o, a, word, prior, &entry));
    return entry;
}

void zg_owned_stamp(struct zg_owned *o, uint64_t now, uint64_t coarse)
{
    uint64_t behind = now > coarse ? (now - coarse + MS - 1) / MS : 0;

    __atomic_store_n(&o->behind, behind < BEHIND_MAX ? (uint16_t)behind : BEHIND_MAX,
                     __ATOMIC_RELAXED);
    __atomic_store_n(&o->time, now, __ATOMIC_RELAXED);
}

void zg_owned_time(struct zg_owned *o, uint64_t now, uint64_t coarse)
{
    uint64_t uses = zg_owned_uses(o) + 1, every = TIMED_EVERY;

    if (now - o->time < MOMENT)
        every = 2 * (uses - o->timed);
    if (every < TIMED_EVERY || every > TIMED_SELDOM)
        every = every < TIMED_EVERY ? TIMED_EVERY : TIMED_SELDOM;
    o->due = uses < FIRST_TIMED ? uses : uses + every - 1;
    o->left = (int32_t)(o->due - uses);
    o->timed = uses;
    zg_owned_stamp(o, now, coarse);
}

uint32_t zg_owned_inside(const struct zg_owned *o)
{
    uint32_t in = __atomic_load_n(&o->in, __ATOMIC_ACQUIRE);
    const struct zg_actor *bias = __atomic_load_n(&o->bias, __ATOMIC_ACQUIRE);

    return in == 0 && __atomic_load_n(&bias->entering, __ATOMIC_ACQUIRE) == &o->in
               ? (uint32_t)load_word(o)
               : in;
}

void zg_owned_abandon(struct zg_owned *o, struct zg_actor *a)
{
    if (a->entering == &o->in)
        __atomic_store_n(&a->entering, NULL, __ATOMIC_RELEASE);
    else
        step_back(o, a);
}

bool zg_owned_hand_off(struct zg_owned *o, struct zg_actor *a)
{
    uint64_t word = load_word(o);

    if ((uint32_t)word != a->id || zg_owned_inside(o) != 0)
        return false;
    while (!replace_word(o, &word, word | ZG_OWNED_HANDOFF)) {
        if ((uint32_t)word != a->id)
            return false;
    }
    return true;
}

bool zg_strict_allows(const struct zg_prior *prior, bool is_close, bool owner_joined)
{
    return !prior->io || (is_close && owner_joined);
}
