/* SPDX-License-Identifier: MPL-2.0 */
/* Barriers: what all did before it happens before what any does after it. */
#include "hook/edge.h"

ZG_EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    struct zg_sync *held = zg_edge_hold(caller, barrier, ZG_SYNC_BARRIER);
    int rc;

    zg_edge_release(caller, barrier, ZG_SYNC_BARRIER, ZG_SYNC_SHARED);
    rc = ZG_REAL_LIBC(pthread_barrier_wait)(barrier);
    if (rc == 0 || rc == PTHREAD_BARRIER_SERIAL_THREAD)
        zg_edge_acquire_held(caller, held, barrier, ZG_SYNC_BARRIER);
    return rc;
}

ZG_EXPORT int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                                   unsigned count)
{
    zg_edge_forget(barrier, ZG_SYNC_BARRIER);
    return ZG_REAL_LIBC(pthread_barrier_init)(barrier, attr, count);
}

ZG_EXPORT int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    /* Waits until the last thread has left the real wait (nptl/pthread_barrier_destroy.c). */
    int rc = ZG_REAL_LIBC(pthread_barrier_destroy)(barrier);

    if (rc == 0)
        zg_edge_forget(barrier, ZG_SYNC_BARRIER);
    return rc;
}
