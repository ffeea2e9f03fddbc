/* SPDX-License-Identifier: MPL-2.0 */
/* Condition variables. Exported with a version where there are two layouts: exports_*.map. */
#include "track/cond_wait.h"

ZG_EXPORT int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    int rc;

    ZG_WAIT(wait, cond, mutex);
    rc = ZG_REAL_LIBC(pthread_cond_wait)(cond, mutex);
    wait.signalled = rc == 0;
    return rc;
}

ZG_EXPORT int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                     const struct timespec *until)
{
    int rc;

    ZG_WAIT(wait, cond, mutex);
    rc = ZG_REAL_LIBC(pthread_cond_timedwait)(cond, mutex, until);
    wait.signalled = rc == 0;
    return rc;
}

ZG_EXPORT int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                     const struct timespec *until)
{
    int rc;

    ZG_WAIT(wait, cond, mutex);
    rc = ZG_REAL_LIBC(pthread_cond_clockwait)(cond, mutex, clock, until);
    wait.signalled = rc == 0;
    return rc;
}

ZG_NOINLINE static int slow_signal(pthread_cond_t *cond, uintptr_t caller)
{
    zg_edge_release(caller, cond, ZG_SYNC_COND, ZG_SYNC_SHARED);
    return ZG_REAL_LIBC(pthread_cond_signal)(cond);
}

/* CPython signals with each libzmq call that its global lock is free. */
ZG_EXPORT int pthread_cond_signal(pthread_cond_t *cond)
{
    if (!zg_edge_counts_waited(ZG_RETURN_ADDRESS(), cond) && zg_libc.pthread_cond_signal != NULL)
        return zg_libc.pthread_cond_signal(cond);
    return slow_signal(cond, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_cond_broadcast(pthread_cond_t *cond)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), cond, ZG_SYNC_COND, ZG_SYNC_SHARED);
    return ZG_REAL_LIBC(pthread_cond_broadcast)(cond);
}

ZG_EXPORT int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    zg_edge_forget(cond, ZG_SYNC_COND);
    return ZG_REAL_LIBC(pthread_cond_init)(cond, attr);
}

ZG_EXPORT int pthread_cond_destroy(pthread_cond_t *cond)
{
    /* Waits until the last waiter has left the real wait. */
    int rc = ZG_REAL_LIBC(pthread_cond_destroy)(cond);

    if (rc == 0)
        zg_edge_forget(cond, ZG_SYNC_COND);
    return rc;
}
