/* SPDX-License-Identifier: MPL-2.0 */
/* Synchronisation objects that are not in the thread's cache. */
#include "track/edge.h"

#include "host/interpreter.h"
#include "model/sync_table.h"

ZG_INLINE struct zg_thread *thread_of(uintptr_t caller)
{
    return zg_unlikely(zg_lib_is_libzmq(caller)) ? NULL : zg_thread_self();
}

/* Of an object that is locked or waited for: an interpreter's global lock gives no edge. Its object
 * may have the address of one that is in the cache still. */
ZG_INLINE struct zg_thread *thread_at(uintptr_t caller, uint64_t tag)
{
    enum zg_sync_kind kind = zg_tag_kind(tag);
    bool waits = kind == ZG_SYNC_MUTEX || kind == ZG_SYNC_COND;

    return zg_unlikely(zg_interpreter_owns(zg_tag_addr(tag), caller, waits)) ? NULL
                                                                             : thread_of(caller);
}

/* In this order: a signal handler in between finds no entry that was never one; and where its own
 * entry is mixed with ours, the object's tag, or its last release, tells. */
static void keep(struct zg_thread *t, uint64_t tag, struct zg_sync *s)
{
    struct zg_known_sync *k = &t->syncs[zg_edge_cache_index(tag)];

    if (s == NULL)
        return;
    /* An empty object has its name as long as a thread has use for it. */
    if (k->tag != tag && k->sync != NULL && __atomic_load_n(&k->sync->last, __ATOMIC_RELAXED) == 0)
        zg_sync_forget_empty(k->tag);
    __atomic_store_n(&k->mutex, NULL, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&k->sync, s, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&k->tag, tag, __ATOMIC_RELAXED);
}

/* What zg_edge_acquire_fast() goes by, after a release. */
static void keep_mutex(struct zg_thread *t, uint64_t tag)
{
    struct zg_known_sync *k = &t->syncs[zg_edge_cache_index(tag)];
    zg_epoch last;

    if (zg_tag_kind(tag) != ZG_SYNC_MUTEX || k->tag != tag)
        return;
    last = __atomic_load_n(&k->sync->last, __ATOMIC_RELAXED);
    if (zg_epoch_slot(last) != zg_epoch_slot(t->actor.epoch))
        return;
    __atomic_store_n(&k->mutex, NULL, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&k->released, last, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&k->mutex, (const void *)zg_tag_addr(tag), __ATOMIC_RELAXED);
}

static ZG_COLD void release_slow(struct zg_thread *t, uint64_t tag, enum zg_sync_mode mode)
{
    keep(t, tag, zg_sync_release_tag(&t->actor, tag, mode));
}

static ZG_COLD void acquire_slow(struct zg_thread *t, uint64_t tag)
{
    keep(t, tag, zg_sync_acquire_tag(&t->actor, tag));
}

ZG_INLINE void released(uintptr_t caller, uint64_t tag, enum zg_sync_mode mode)
{
    struct zg_thread *t = thread_at(caller, tag);
    uint32_t i = zg_edge_cache_index(tag);

    if (zg_unlikely(t == NULL))
        return;
    if (zg_unlikely(t->syncs[i].tag != tag ||
                    !zg_sync_release(&t->actor, t->syncs[i].sync, tag, mode)))
        release_slow(t, tag, mode);
    if (mode == ZG_SYNC_EXCLUSIVE)
        keep_mutex(t, tag);
}

void zg_edge_released_exclusive(uintptr_t caller, uint64_t tag)
{
    released(caller, tag, ZG_SYNC_EXCLUSIVE);
}

void zg_edge_released_shared(uintptr_t caller, uint64_t tag)
{
    released(caller, tag, ZG_SYNC_SHARED);
}

void zg_edge_acquired(uintptr_t caller, uint64_t tag)
{
    struct zg_thread *t = thread_at(caller, tag);
    uint32_t i = zg_edge_cache_index(tag);

    if (zg_unlikely(t == NULL))
        return;
    if (zg_unlikely(t->syncs[i].tag != tag || !zg_sync_acquire(&t->actor, t->syncs[i].sync, tag)))
        acquire_slow(t, tag);
}

void zg_edge_forgotten(uint64_t tag)
{
    struct zg_thread *t = zg_thread_or_none;
    struct zg_known_sync *k = &t->syncs[zg_edge_cache_index(tag)];

    if (zg_unlikely(zg_critical_is_inside()) || k->tag != tag ||
        !zg_sync_empty(&t->actor, k->sync, tag))
        zg_sync_forget(tag);
}

struct zg_sync *zg_edge_hold(uintptr_t caller, const volatile void *object, enum zg_sync_kind kind)
{
    uint64_t tag = zg_sync_tag((uintptr_t)object, kind);
    struct zg_thread *t = zg_edge_is_active() ? thread_at(caller, tag) : NULL;
    const struct zg_known_sync *k;
    struct zg_sync *s;

    if (t == NULL)
        return NULL;
    k = &t->syncs[zg_edge_cache_index(tag)];
    if (k->tag == tag && zg_sync_is_held(k->sync, tag))
        return k->sync;
    s = zg_sync_hold(&t->actor, tag);
    if (zg_sync_is_held(s, tag))
        keep(t, tag, s);
    return s;
}

void zg_edge_acquire_held(uintptr_t caller, struct zg_sync *held, const volatile void *object,
                          enum zg_sync_kind kind)
{
    uint64_t tag = zg_sync_tag((uintptr_t)object, kind);
    struct zg_thread *t = zg_edge_is_active() ? thread_at(caller, tag) : NULL;

    if (t == NULL)
        return;
    if (held != NULL && zg_sync_acquire(&t->actor, held, tag))
        return;
    /* Destroyed or folded away meanwhile, or not active when the wait began. */
    if (held != NULL)
        (void)zg_sync_acquire_slow(&t->actor, held, 0);
    (void)zg_sync_acquire_tag(&t->actor, tag);
}
