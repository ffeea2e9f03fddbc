/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A wait on a condition variable, POSIX or C11: unlocks the mutex and locks it again without a
 * call that a hook could see (glibc: nptl/pthread_cond_wait.c), also when the thread is cancelled.
 */
#ifndef ZG_TRACK_COND_WAIT_H
#define ZG_TRACK_COND_WAIT_H

#include "track/edge.h"

struct zg_wait {
    uintptr_t caller;
    const void *cond;
    const void *mutex;
    struct zg_sync *held; /* the condition variable's object */
    bool signalled;       /* not by a timeout: after whoever signalled */
};

ZG_INLINE void zg_wait_begin(struct zg_wait *w)
{
    if (zg_edge_is_active()) {
        w->held = zg_edge_hold(w->caller, w->cond, ZG_SYNC_COND);
        zg_edge_release(w->caller, w->mutex, ZG_SYNC_MUTEX, ZG_SYNC_EXCLUSIVE);
    }
}

/* By cleanup: the mutex is held again when a cancelled thread's handlers run. */
ZG_INLINE void zg_wait_end(struct zg_wait *w)
{
    if (zg_edge_is_active()) {
        zg_edge_acquire(w->caller, w->mutex, ZG_SYNC_MUTEX);
        if (w->signalled)
            zg_edge_acquire_held(w->caller, w->held, w->cond, ZG_SYNC_COND);
    }
}

#define ZG_WAIT(name, condition, lock)                                                             \
    struct zg_wait name ZG_CLEANUP(zg_wait_end) = {                                                \
        .caller = ZG_RETURN_ADDRESS(), .cond = (condition), .mutex = (lock)};                      \
    zg_wait_begin(&(name))

#endif
