/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the hooks of synchronisation functions tell the model.
 *
 * A hook releases before the real call and acquires after it, and looks at zg_sync_active at that
 * moment: what was released before the process made its first socket orders no use of one. Until
 * then a hook is the real call and a predictable branch.
 *
 * Synchronisation inside of libzmq is not the application's: a caller there is passed through.
 */
#ifndef ZG_TRACK_EDGE_H
#define ZG_TRACK_EDGE_H

#include "host/interpreter.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/thread.h"
#include "model/sync.h"
#include "model/sync_table.h"

ZG_INLINE bool zg_edge_is_active(void)
{
    return zg_unlikely(__atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED));
}

/* And the mutex or condition is not of an interpreter's global lock, which gives no edge: each of
 * its libzmq calls takes that some times. A glance, for hooks that would save registers next. */
ZG_INLINE bool zg_edge_counts_waited(uintptr_t caller, const void *object)
{
    return zg_edge_is_active() && !zg_interpreter_owns((uintptr_t)object, caller, true);
}

/* What follows when it is. Not inline: a hook in a process without sockets saves no registers for
 * it. tag: zg_sync_tag(). */
void zg_edge_released_exclusive(uintptr_t caller, uint64_t tag);
void zg_edge_released_shared(uintptr_t caller, uint64_t tag);
void zg_edge_acquired(uintptr_t caller, uint64_t tag);
void zg_edge_forgotten(uint64_t tag);

ZG_INLINE void zg_edge_release(uintptr_t caller, const volatile void *object,
                               enum zg_sync_kind kind, enum zg_sync_mode mode)
{
    if (zg_edge_is_active()) {
        if (mode == ZG_SYNC_EXCLUSIVE)
            zg_edge_released_exclusive(caller, zg_sync_tag((uintptr_t)object, kind));
        else
            zg_edge_released_shared(caller, zg_sync_tag((uintptr_t)object, kind));
    }
}

/* By the address and the kind; a mutex's place by bytes, lest it be shifted down and up again. */
ZG_INLINE struct zg_known_sync *zg_edge_known_mutex(struct zg_thread *t, uintptr_t mutex)
{
    _Static_assert(sizeof(struct zg_known_sync) == 32, "as zg_edge_cache_index() shifts");
    return (struct zg_known_sync *)(void *)((char *)t->syncs +
                                            (mutex & ((ZG_SYNC_CACHE - 1) << 5)));
}
/* A mutex and the condition beside it are apart, whichever comes first: kinds differ by 8 places or
 * 16, a mutex's is 0. */
ZG_INLINE uint32_t zg_edge_cache_index(uint64_t tag)
{
    _Static_assert(ZG_SYNC_MUTEX >> 1 == 0 && ZG_SYNC_COND >> 1 == 2 && ZG_SYNC_RWLOCK >> 1 == 1 &&
                       ZG_SYNC_READERS >> 1 == 2,
                   "apart");
    return (uint32_t)(tag >> 5 ^ (tag >> 54 & 24)) & (ZG_SYNC_CACHE - 1);
}

/* Any object that nobody has released, or this thread last, for threads that share a slot release
 * none so: acquiring it teaches nothing. Calls nothing either. False, and nothing done:
 * zg_edge_acquired(). */
ZG_INLINE bool zg_edge_acquire_own(uint64_t tag)
{
    struct zg_thread *t = zg_thread_or_none;
    const struct zg_known_sync *k = &t->syncs[zg_edge_cache_index(tag)];
    zg_epoch last;

    if (k->tag != tag)
        return false;
    /* Acquire: as in zg_sync_acquire(). */
    last = __atomic_load_n(&k->sync->last, __ATOMIC_ACQUIRE);
    if ((last != 0 && zg_epoch_slot(last) != zg_epoch_slot(t->actor.epoch)) ||
        __atomic_load_n(&k->sync->tag, __ATOMIC_RELAXED) != tag)
        return false;
    __atomic_store_n(&t->actor.acquired.what, tag, __ATOMIC_RELAXED);
    return true;
}

ZG_INLINE void zg_edge_acquire(uintptr_t caller, const volatile void *object,
                               enum zg_sync_kind kind)
{
    uint64_t tag = zg_sync_tag((uintptr_t)object, kind);

    if (zg_edge_is_active() && !zg_edge_acquire_own(tag))
        zg_edge_acquired(caller, tag);
}

/*
 * A mutex that this thread was the last to release: acquiring it teaches nothing, and to release it
 * again is one store, as long as the thread has learnt nothing since. They call nothing and ask for
 * no more than that, so that a hook has no register to save: who calls need not be asked, since
 * libzmq's own mutexes are never in the cache, nor whether anything counts. False, and nothing
 * done: zg_edge_acquired(), zg_edge_released_exclusive().
 */
ZG_INLINE bool zg_edge_acquire_fast(const void *mutex)
{
    struct zg_thread *t = zg_thread_or_none;
    const struct zg_known_sync *k = zg_edge_known_mutex(t, (uintptr_t)mutex);

    if (zg_unlikely(k->mutex != mutex ||
                    __atomic_load_n(&k->sync->last, __ATOMIC_RELAXED) != k->released))
        return false;
    __atomic_store_n(&t->actor.acquired.what, (uintptr_t)mutex, __ATOMIC_RELAXED);
    return true;
}
ZG_INLINE bool zg_edge_release_fast(const void *mutex)
{
    struct zg_thread *t = zg_thread_or_none;
    struct zg_known_sync *k = zg_edge_known_mutex(t, (uintptr_t)mutex);

    if (zg_unlikely(k->mutex != mutex || !zg_sync_release_again(&t->actor, k->sync, &k->released)))
        return false;
    __atomic_store_n(&t->actor.released.what, (uintptr_t)mutex, __ATOMIC_RELAXED);
    return true;
}

/* The object was initialised or destroyed. */
ZG_INLINE void zg_edge_forget(const volatile void *object, enum zg_sync_kind kind)
{
    if (zg_edge_is_active())
        zg_edge_forgotten(zg_sync_tag((uintptr_t)object, kind));
}

/*
 * A wait from which a thread may return when the object is destroyed already (a condition
 * variable, a barrier): the model's object is held by pointer. NULL when nothing counts yet.
 */
struct zg_sync *zg_edge_hold(uintptr_t caller, const volatile void *object, enum zg_sync_kind kind);
void zg_edge_acquire_held(uintptr_t caller, struct zg_sync *held, const volatile void *object,
                          enum zg_sync_kind kind);

#endif
