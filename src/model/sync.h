/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Synchronisation objects: what was released into each, and by whom it is acquired.
 *
 * An object's clock is vc joined with last. The common object (a mutex) is only touched by who
 * holds it, is released by who acquired it, and mostly by the thread that released it last. So the
 * common cases are one comparison and one store, without a locked instruction:
 *   acquire: the last release is known to me             -> nothing to do
 *   release: I released it last and learnt nothing since -> store my epoch
 * Everything else takes the object's lock.
 *
 * Why knowing `last` is enough to acquire: while last names a thread, that thread's clock held all
 * of the object when it released it (else last becomes ZG_SLOT_MERGED and vc says it all), and
 * whoever knows an epoch knows all that its thread knew then. The latter needs that a slot's old
 * epochs are gone from `last` before another thread gets the slot: zg_sync_scrub().
 *
 * Last 0: the object is empty, whatever vc says, as a new one is, or one that its last releaser has
 * destroyed: then it keeps its name for a next life at the same address. Whoever ends that state
 * does so by compare-and-swap.
 */
#ifndef ZG_MODEL_SYNC_H
#define ZG_MODEL_SYNC_H

#include "base/lock.h"
#include "model/clock.h"

enum zg_sync_kind {
    ZG_SYNC_NONE = 0,
    ZG_SYNC_MUTEX,
    ZG_SYNC_RWLOCK,
    ZG_SYNC_SPIN,
    ZG_SYNC_READERS, /* what a read lock's holders release: no edge among themselves. Its place in a
                        thread's cache is not RWLOCK's: zg_edge_cache_index() */
    ZG_SYNC_COND,
    ZG_SYNC_SEM,
    ZG_SYNC_BARRIER,     /* the even rounds, or all (model/round.h) */
    ZG_SYNC_BARRIER_ODD, /* the odd rounds */
    ZG_SYNC_ONCE,
    ZG_SYNC_THREAD_CREATE,  /* of another thread */
    ZG_SYNC_THREAD_CREATED, /* of this one */
    ZG_SYNC_THREAD_JOIN,
    ZG_SYNC_THREAD_ENDS, /* of all threads: who takes over a dead owner's mutex comes after it */
    ZG_SYNC_INPROC,
    ZG_SYNC_FREE,    /* a message, to its free function */
    ZG_SYNC_PROMISE, /* all results that std::future gets */
    ZG_SYNC_STREAM,  /* flockfile() */
    ZG_SYNC_COUNTER, /* zmq_atomic_counter_new() */
    ZG_SYNC_ANNOTATION,
    ZG_SYNC_HANDOFF,
    ZG_SYNC_KINDS,
};

/* What an object is, in one word: kind in the top byte, ZG_NOTE_TIMED for notes, address below (a
 * thread's id for creation and joining; 0 for inproc). Addresses have at most 52 bits. */
ZG_INLINE uint64_t zg_sync_tag(uintptr_t addr, enum zg_sync_kind kind)
{
    return (uint64_t)kind << 56 | ((uint64_t)addr & (ZG_NOTE_TIMED - 1));
}
ZG_INLINE enum zg_sync_kind zg_tag_kind(uint64_t tag)
{
    return (enum zg_sync_kind)(tag >> 56);
}
ZG_INLINE uintptr_t zg_tag_addr(uint64_t tag)
{
    return (uintptr_t)(tag & (ZG_NOTE_TIMED - 1));
}

/* Of a note (struct zg_sync_note): a message over inproc, in one instruction. */
#define ZG_NOTE_INPROC 1
/* The same of a note, in which an address alone is a mutex's: to note one, its tag need not be at
 * hand. */
ZG_INLINE enum zg_sync_kind zg_note_kind(uint64_t what)
{
    enum zg_sync_kind kind = zg_tag_kind(what);

    if (kind != ZG_SYNC_NONE || zg_tag_addr(what) == 0)
        return kind;
    return zg_tag_addr(what) == ZG_NOTE_INPROC ? ZG_SYNC_INPROC : ZG_SYNC_MUTEX;
}

/* Type-stable: once an object, always one; tag says whose. */
struct zg_sync {
    uint64_t tag;     /* atomic; 0 = free. Changes under lock, before last and vc do */
    zg_epoch last;    /* atomic: the last release's epoch; slot ZG_SLOT_MERGED: vc alone says it,
                         the number is then a version */
    struct zg_vc *vc; /* atomic; written under lock; read without it only to compare the pointer */
    struct zg_lock lock;
    uint32_t version; /* guarded by lock */
    uint32_t index;   /* constant: its place in the table */
    uint32_t next;    /* guarded by the table's lock: next free one */
    bool overflow;    /* constant: shared by many addresses, always merged */
    bool proxied;     /* atomic: inproc.h: its name is part of a group, */
    bool shared;      /* or has more senders on its side */
    bool held;        /* atomic: zg_sync_hold() was asked for it */
} ZG_ALIGNED_LINE;

/* Whether releases of one object can run at the same moment. */
enum zg_sync_mode {
    ZG_SYNC_EXCLUSIVE, /* no: who releases holds it (mutex, writer, spin lock) */
    ZG_SYNC_SHARED,    /* yes: semaphore, condition, barrier, reader, once, annotation */
};

/* Set once, when a synchronisation could not be told (zg_sync_lost()): from then on nothing follows
 * from two calls that nothing is seen to order. */
extern bool zg_sync_incomplete;
void zg_sync_lost(void);

/* Set once, by the process's first socket; then hooks look at what they pass on. */
extern ZG_HIDDEN bool zg_sync_active;
/* Edges count from now on. Every thread sees the flag when this returns. */
void zg_sync_activate(void);

/* The slow halves. tag is what the caller found the object by: false when the object was given to
 * something else meanwhile (nothing was done then). */
bool zg_sync_release_slow(struct zg_actor *a, struct zg_sync *s, uint64_t tag);
bool zg_sync_acquire_slow(struct zg_actor *a, struct zg_sync *s, uint64_t tag);
/* With the time. */
void zg_sync_note_time(struct zg_sync_note *note, uint64_t tag);
/* The fast release was one that takes the time too: the actor's epoch has come to what was due. */
void zg_sync_note_due(struct zg_actor *a, uint64_t tag);
/* A release that was no fast one: takes the time now and then. */
void zg_sync_note_some(struct zg_actor *a, uint64_t tag);

/* Everything that a did up to now happens before whoever acquires s from now on. False when s is
 * not tag's any more. */
ZG_INLINE bool zg_sync_release(struct zg_actor *a, struct zg_sync *s, uint64_t tag,
                               enum zg_sync_mode mode)
{
    zg_epoch now = a->epoch;
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_RELAXED);

    /* While last has this thread's slot nobody else changes last, except under the lock, and then
     * first of all (the exchange in zg_sync_release_slow()): so the compare-and-swap fails when vc
     * was or will be another. An exclusive object has no such others. */
    if (zg_unlikely(zg_epoch_slot(last) != zg_epoch_slot(now) ||
                    __atomic_load_n(&s->vc, __ATOMIC_RELAXED) != a->vc ||
                    __atomic_load_n(&s->tag, __ATOMIC_RELAXED) != tag))
        return zg_sync_release_slow(a, s, tag);
    /* Release: pairs with the acquire load in zg_sync_acquire(). */
    if (mode == ZG_SYNC_EXCLUSIVE)
        __atomic_store_n(&s->last, now, __ATOMIC_RELEASE);
    else if (!__atomic_compare_exchange_n(&s->last, &last, now, false, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED))
        return zg_sync_release_slow(a, s, tag);
    a->epoch = now + 1;
    __atomic_store_n(&a->released.what, tag, __ATOMIC_RELAXED);
    if (zg_unlikely(now >= a->due))
        zg_sync_note_due(a, tag);
    return true;
}

/* The same of an exclusive object that the actor was the last to release, then: one store. False,
 * and nothing done, when it was not, or has learnt something since, and now and then for the time:
 * then zg_sync_release(). An object that was given to another tag has another last release. */
ZG_INLINE bool zg_sync_release_again(struct zg_actor *a, struct zg_sync *s, zg_epoch *released)
{
    zg_epoch now = a->epoch;

    if (zg_unlikely(__atomic_load_n(&s->last, __ATOMIC_RELAXED) != *released ||
                    __atomic_load_n(&s->vc, __ATOMIC_RELAXED) != a->vc || now >= a->due))
        return false;
    __atomic_store_n(&s->last, now, __ATOMIC_RELEASE);
    *released = now;
    /* Lest `now` be added to in a register and stored: this is one instruction. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    zg_actor_advance(a);
    return true;
}

/* Was the object last released by the actor itself? As it is nobody else's then, a glance will do.
 */
ZG_INLINE bool zg_sync_is_own(const struct zg_actor *a, const struct zg_sync *s)
{
    return (__atomic_load_n(&s->last, __ATOMIC_RELAXED) ^ a->epoch) >> ZG_EPOCH_SHIFT == 0;
}

/* Is it tag's, and zg_sync_hold() was asked for it? */
ZG_INLINE bool zg_sync_is_held(const struct zg_sync *s, uint64_t tag)
{
    /* Acquire: pairs with who gives it another name, and lets go of it before. */
    return __atomic_load_n(&s->tag, __ATOMIC_ACQUIRE) == tag &&
           __atomic_load_n(&s->held, __ATOMIC_RELAXED);
}

/* Empties the object, which was destroyed or is initialised anew, when the actor was the last to
 * release it. False, and nothing done: then zg_sync_forget(). */
ZG_INLINE bool zg_sync_empty(const struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_RELAXED);

    if (__atomic_load_n(&s->tag, __ATOMIC_RELAXED) != tag ||
        __atomic_load_n(&s->held, __ATOMIC_RELAXED))
        return false;
    /* The name cannot be gone by now: nobody else may take away what this thread released last. */
    return last == 0 || (zg_epoch_slot(last) == zg_epoch_slot(a->epoch) &&
                         __atomic_compare_exchange_n(&s->last, &last, 0, false, __ATOMIC_RELAXED,
                                                     __ATOMIC_RELAXED));
}

/* Does the actor know all that an object holds whose last release this is? Never for a merged one,
 * whose slot is beyond every snapshot, nor by way of the clock that others are raising. */
ZG_INLINE bool zg_sync_is_known(const struct zg_actor *a, zg_epoch last)
{
    uint32_t slot = zg_epoch_slot(last);

    if (slot == zg_epoch_slot(a->epoch))
        return true;
    return last == 0 || (a->vc != NULL && slot < a->vc->size && !a->vc->moving &&
                         a->vc->from_1[slot - 1] >= (last & ZG_EPOCH_NUMBER));
}

/* Whatever was released into s happens before what a does from now on. False when s is not tag's
 * any more. */
ZG_INLINE bool zg_sync_acquire(struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    /* Acquire: also keeps the load of tag behind it: what was loaded belongs to tag. */
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);

    if (zg_unlikely(__atomic_load_n(&s->tag, __ATOMIC_RELAXED) != tag ||
                    !zg_sync_is_known(a, last)))
        return zg_sync_acquire_slow(a, s, tag);
    __atomic_store_n(&a->acquired.what, tag, __ATOMIC_RELAXED);
    return true;
}

/* What threads did up to some moment, to be learnt by another later. Who has it, has it alone.
 * Packing is a release, which adds; unpacking an acquire, which empties (a NULL: by nobody). */
struct zg_parcel {
    struct zg_vc *vc;
    zg_epoch epoch; /* of who packed last, besides what is in vc; 0 empty */
};
void zg_actor_pack(struct zg_actor *a, struct zg_parcel *p, uint64_t tag);
void zg_actor_unpack(struct zg_actor *a, struct zg_parcel *p, uint64_t tag);

/* Direct edge from a thread that does not run (its creator holds it still, or it was joined). */
void zg_actor_inherit(struct zg_actor *child, struct zg_actor *creator);
void zg_actor_join(struct zg_actor *a, const struct zg_actor *ended);

/* All that s holds goes into the object to as well. */
void zg_sync_fold(struct zg_sync *to, struct zg_sync *s);
/* The same for what was taken out of an object; to's lock is held. */
void zg_sync_absorb(struct zg_sync *to, struct zg_vc *vc, zg_epoch last);

#endif
