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
#ifndef ZG_HOOK_EDGE_H
#define ZG_HOOK_EDGE_H

#include "host/lib.h"
#include "host/libc.h"
#include "host/thread.h"
#include "model/sync.h"

/* The calling thread, when its synchronisation counts; else NULL. */
ZG_INLINE struct zg_thread *zg_edge_thread(uintptr_t caller)
{
    if (zg_likely(!__atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED)) || zg_lib_is_libzmq(caller))
        return NULL;
    return zg_thread_self();
}

void zg_edge_release_slow(struct zg_thread *t, uint64_t tag, enum zg_sync_mode mode);
void zg_edge_acquire_slow(struct zg_thread *t, uint64_t tag);

ZG_INLINE uint32_t zg_edge_index(uint64_t tag)
{
    return (uint32_t)(tag >> 3 ^ tag >> 7 ^ tag >> 12) & (ZG_SYNC_CACHE - 1);
}

ZG_INLINE void zg_edge_release(uintptr_t caller, const volatile void *object,
                               enum zg_sync_kind kind, enum zg_sync_mode mode)
{
    struct zg_thread *t = zg_edge_thread(caller);
    uint64_t tag = zg_sync_tag((uintptr_t)object, kind);
    uint32_t i = zg_edge_index(tag);

    if (t == NULL)
        return;
    if (zg_unlikely(t->syncs[i].tag != tag ||
                    !zg_sync_release(&t->actor, t->syncs[i].sync, tag, mode)))
        zg_edge_release_slow(t, tag, mode);
}

ZG_INLINE void zg_edge_acquire(uintptr_t caller, const volatile void *object,
                               enum zg_sync_kind kind)
{
    struct zg_thread *t = zg_edge_thread(caller);
    uint64_t tag = zg_sync_tag((uintptr_t)object, kind);
    uint32_t i = zg_edge_index(tag);

    if (t == NULL)
        return;
    if (zg_unlikely(t->syncs[i].tag != tag || !zg_sync_acquire(&t->actor, t->syncs[i].sync, tag)))
        zg_edge_acquire_slow(t, tag);
}

/* The object was initialised or destroyed. */
ZG_INLINE void zg_edge_forget(const volatile void *object, enum zg_sync_kind kind)
{
    if (zg_unlikely(__atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED)))
        zg_sync_forget(zg_sync_tag((uintptr_t)object, kind));
}

/*
 * A wait from which a thread may return when the object is destroyed already (a condition
 * variable, a barrier): the model's object is held by pointer. NULL when nothing counts yet.
 */
struct zg_sync *zg_edge_hold(uintptr_t caller, const volatile void *object, enum zg_sync_kind kind);
void zg_edge_acquire_held(uintptr_t caller, struct zg_sync *held, const volatile void *object,
                          enum zg_sync_kind kind);

#endif
