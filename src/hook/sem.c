/* SPDX-License-Identifier: MPL-2.0 */
/* Semaphores, named, process-shared or not: by their address in this process. */
#include "track/edge.h"

ZG_INLINE int taken(int rc, sem_t *sem, uintptr_t caller)
{
    if (zg_likely(rc == 0))
        zg_edge_acquire(caller, sem, ZG_SYNC_SEM);
    return rc;
}

ZG_EXPORT int sem_wait(sem_t *sem)
{
    return taken(ZG_REAL_LIBC(sem_wait)(sem), sem, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int sem_trywait(sem_t *sem)
{
    return taken(ZG_REAL_LIBC(sem_trywait)(sem), sem, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int sem_timedwait(sem_t *sem, const struct timespec *until)
{
    return taken(ZG_REAL_LIBC(sem_timedwait)(sem, until), sem, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until)
{
    return taken(ZG_REAL_LIBC(sem_clockwait)(sem, clock, until), sem, ZG_RETURN_ADDRESS());
}

/* Async-signal-safe, so the release is too (base/lock.h). */
ZG_EXPORT int sem_post(sem_t *sem)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), sem, ZG_SYNC_SEM, ZG_SYNC_SHARED);
    return ZG_REAL_LIBC(sem_post)(sem);
}

ZG_EXPORT int sem_init(sem_t *sem, int shared, unsigned value)
{
    zg_edge_forget(sem, ZG_SYNC_SEM);
    return ZG_REAL_LIBC(sem_init)(sem, shared, value);
}

ZG_EXPORT int sem_destroy(sem_t *sem)
{
    int rc = ZG_REAL_LIBC(sem_destroy)(sem);

    if (rc == 0)
        zg_edge_forget(sem, ZG_SYNC_SEM);
    return rc;
}
