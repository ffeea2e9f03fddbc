/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Who owns an object (a socket, a timer set, a poller), and whether a use is in order.
 *
 * The owner's own uses cost plain stores. The word names the owner while the object is *biased* to
 * it; another thread that uses the object takes the bias away for good-natured sharing:
 *
 *   owner, biased:  word == me; in = me; light fence; word still == me      -> entered
 *   challenger:     word = owner|SHARED; heavy fence; then as shared:
 *   shared:         in: 0 -> me by compare-and-swap                         -> entered, exclusively
 *                   in != 0                                                 -> overlap
 *
 * After enough consecutive uses in shared mode the owner, who is inside, makes itself the bias
 * again. `in` is cleared on leaving by a release store in both modes.
 *
 * A thread that is entered has the record to itself: it alone writes the last-use fields.
 */
#ifndef ZG_MODEL_OWNER_H
#define ZG_MODEL_OWNER_H

#include "base/fence.h"
#include "model/clock.h"

enum zg_policy { ZG_POLICY_AUTO, ZG_POLICY_FENCE, ZG_POLICY_STRICT, ZG_POLICY_OVERLAP };

/* Flags in the upper half of zg_owned.word. Any of them sends uses down the slow path. */
#define ZG_OWNED_SHARED    ((uint64_t)1 << 32)
#define ZG_OWNED_UNCHECKED ((uint64_t)1 << 33) /* thread-safe type: never checked */
#define ZG_OWNED_CLOSED    ((uint64_t)1 << 34)
#define ZG_OWNED_HANDOFF   ((uint64_t)1 << 35) /* the owner let go: the next user takes it */
#define ZG_OWNED_FORKED    ((uint64_t)1 << 36) /* made by the parent of this process */

/* A use: which function (index into zmq.def) and from where (host/stack.h), in one store. */
ZG_INLINE uint64_t zg_use_make(uint32_t op, uint32_t stack)
{
    return (uint64_t)op << 32 | stack;
}
ZG_INLINE uint32_t zg_use_op(uint64_t use)
{
    return (uint32_t)(use >> 32);
}
ZG_INLINE uint32_t zg_use_stack(uint64_t use)
{
    return (uint32_t)use;
}

struct zg_owned {
    uint64_t word;    /* atomic: owner's actor id, and flags. Read by all; written by who creates,
                         challenges, is entered, or closes */
    uint32_t in;      /* atomic: id of the actor inside a call, 0 = none */
    uint32_t run;     /* shared mode: consecutive uses by the owner. Written by who is inside */
    uintptr_t handle; /* the libzmq pointer; written before the record is published */
    /* The last use, written by the actor inside: */
    uintptr_t frame; /* frame address of the hook: tells nested from abandoned (longjmp) calls */
    zg_epoch epoch;  /* of the last use */
    uint64_t use;    /* zg_use_make() */
    uint64_t calls;  /* uses so far */
    uint64_t time;   /* zg_sys_now() at use number timed; not every use is timed */
    /* 64 bytes up to here; colder: */
    uint64_t timed;       /* which use `time` belongs to */
    uint32_t revoked;     /* how often the bias was taken away */
    uint32_t generation;  /* of the record: one more each time it is given to a new object */
    bool io;              /* somebody has sent, received or waited: strict binds the owner */
    bool moved_by_strict; /* strict would have reported a hand-over: for the exit summary */
};

enum zg_entry {
    ZG_ENTRY_OK,        /* entered; same owner, or a hand-over that is in order */
    ZG_ENTRY_ADOPTED,   /* entered; in order; the owner changed */
    ZG_ENTRY_UNORDERED, /* entered and now the owner, but nothing orders the two uses */
    ZG_ENTRY_OVERLAP,   /* not entered: another actor is inside */
    ZG_ENTRY_NESTED,    /* not entered: this actor is inside already */
    ZG_ENTRY_CLOSED,    /* not entered: the object was closed */
    ZG_ENTRY_UNCHECKED, /* not entered: nothing to check */
    ZG_ENTRY_FORKED,    /* not entered: the object belongs to the parent process */
};

/* The state of the object as a slow entry found it; for the report. */
struct zg_prior {
    uint32_t owner;  /* actor id */
    uint32_t inside; /* actor id for OVERLAP and NESTED */
    zg_epoch epoch;
    uint64_t use;
    uint64_t calls;
    uint64_t time;
    uint64_t timed;
    uintptr_t frame;
    bool io;
};

/* The record is private to the caller: makes it an object owned by a, and publishes it. */
void zg_owned_init(struct zg_owned *o, struct zg_actor *a, uintptr_t handle, uint64_t flags);

/* Everything that is not the owner's undisturbed next use. prior is filled in. */
enum zg_entry zg_owned_enter_slow(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                                  struct zg_prior *prior);

/* True when entered; else the caller goes on with zg_owned_enter_slow(). */
ZG_INLINE bool zg_owned_enter(struct zg_owned *o, const struct zg_actor *a, uintptr_t handle)
{
    uint64_t me = a->id;

    if (zg_unlikely(__atomic_load_n(&o->word, __ATOMIC_RELAXED) != me || o->handle != handle ||
                    __atomic_load_n(&o->in, __ATOMIC_RELAXED) != 0))
        return false;
    __atomic_store_n(&o->in, a->id, __ATOMIC_RELAXED);
    zg_fence_light(); /* pairs with zg_fence_heavy() in share() */
    if (zg_likely(__atomic_load_n(&o->word, __ATOMIC_RELAXED) == me))
        return true;
    __atomic_store_n(&o->in, 0, __ATOMIC_RELEASE);
    return false;
}

/* Once entered: what is remembered of the use. */
ZG_INLINE void zg_owned_note(struct zg_owned *o, struct zg_actor *a, uint64_t use, uintptr_t frame)
{
    zg_actor_touch(a, o);
    o->epoch = a->epoch;
    o->use = use;
    o->frame = frame;
    o->calls++;
}

/* Leaves a call that was entered. The epoch once more: the call may have synchronised. */
ZG_INLINE void zg_owned_leave(struct zg_owned *o, const struct zg_actor *a)
{
    o->epoch = a->epoch;
    __atomic_store_n(&o->in, 0, __ATOMIC_RELEASE); /* pairs with the acquire in enter_slow */
}

/* The call that was inside is gone without leaving (longjmp, an unwound stack): clears it. Only
 * the actor that is inside may say so. */
void zg_owned_abandon(struct zg_owned *o, const struct zg_actor *a);

/* Under strict: may this ordered use by another thread than the owner take the object? */
bool zg_strict_allows(const struct zg_prior *prior, bool is_close, bool owner_joined);

#endif
