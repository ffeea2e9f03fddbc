/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Synchronisation objects: what was released into each, and by whom it is acquired.
 *
 * The usual object (a mutex) is only touched by who holds it, is released by who acquired it, and
 * mostly by the thread that released it last. So the common cases are one comparison and one
 * store, without a locked instruction:
 *   acquire: the last release is known to me             -> nothing to do
 *   release: I released it last and learnt nothing since -> store my epoch
 * Everything else takes the object's lock.
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
    ZG_SYNC_COND,
    ZG_SYNC_SEM,
    ZG_SYNC_BARRIER,
    ZG_SYNC_ONCE,
    ZG_SYNC_THREAD_CREATE,
    ZG_SYNC_THREAD_JOIN,
    ZG_SYNC_INPROC,
    ZG_SYNC_ANNOTATION,
    ZG_SYNC_HANDOFF,
    ZG_SYNC_KINDS,
};

/* "mutex", "condition variable", … for reports. */
const char *zg_sync_kind_name(enum zg_sync_kind kind);

struct zg_sync {
    uintptr_t addr;   /* key in the table of objects; 0 for one that is embedded elsewhere */
    zg_epoch last;    /* atomic: the last release's epoch; slot ZG_SLOT_MERGED: vc alone says it,
                         the number is then a version */
    struct zg_vc *vc; /* written under lock; read without it only to compare the pointer */
    struct zg_lock lock;
    uint16_t kind;
};

/* How a release combines with what is there. */
enum zg_sync_mode {
    ZG_SYNC_ASSIGN, /* the releaser has acquired everything in it (mutex, thread end) */
    ZG_SYNC_MERGE,  /* others' releases stay (semaphore, condition, barrier, reader unlock, inproc)
                     */
};

/* The slow halves; see the inline functions. */
void zg_sync_release_slow(struct zg_actor *a, struct zg_sync *s, enum zg_sync_mode mode);
void zg_sync_acquire_slow(struct zg_actor *a, struct zg_sync *s);

/* Everything that a did up to now happens before whoever acquires s from now on. */
ZG_INLINE void zg_sync_release(struct zg_actor *a, struct zg_sync *s, enum zg_sync_mode mode)
{
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_RELAXED);

    if (zg_likely(zg_epoch_slot(last) == zg_epoch_slot(a->epoch) && s->vc == a->vc))
        /* Pairs with the acquire load in zg_sync_acquire(). */
        __atomic_store_n(&s->last, a->epoch, __ATOMIC_RELEASE);
    else
        zg_sync_release_slow(a, s, mode);
    a->epoch++;
}

/* Whatever was released into s happens before what a does from now on. */
ZG_INLINE void zg_sync_acquire(struct zg_actor *a, struct zg_sync *s)
{
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);

    if (zg_likely(zg_epoch_slot(last) != ZG_SLOT_MERGED && zg_actor_knows(a, last)))
        return;
    zg_sync_acquire_slow(a, s);
}

/* Direct edge from a thread that does not run (its creator holds it still, or it was joined). */
void zg_actor_inherit(struct zg_actor *child, struct zg_actor *creator);
void zg_actor_join(struct zg_actor *a, const struct zg_actor *ended);

/*
 * The table of objects by address. At most ZG_SYNC_OBJECTS; addresses beyond share a fixed set of
 * ZG_SYNC_OVERFLOW objects, which merge. find never fails; forget is called when an object is
 * destroyed or initialised anew.
 */
#define ZG_SYNC_OBJECTS  ((size_t)65536)
#define ZG_SYNC_OVERFLOW ((size_t)256)

struct zg_sync *zg_sync_find(uintptr_t addr, enum zg_sync_kind kind);
/* The object if there is one already: an acquire of what nobody released needs none. */
struct zg_sync *zg_sync_peek(uintptr_t addr);
void zg_sync_forget(uintptr_t addr);
/* For a child after fork: locks are free again. */
void zg_sync_after_fork(void);
/* Bytes held by snapshots and objects, for the exit summary and the tests. */
size_t zg_sync_memory(void);

#endif
