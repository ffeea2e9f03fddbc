/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Mutexes, spin locks, and the locks of streams, by the functions for that alone. An inner unlock
 * of a recursive one releases early, which does no harm: nobody can acquire before the outer one.
 */
#include <errno.h>

#include "track/edge.h"

ZG_INLINE int locked(int rc, pthread_mutex_t *mutex, uintptr_t caller)
{
    if (zg_likely(rc == 0 || rc == EOWNERDEAD))
        zg_edge_acquire(caller, mutex, ZG_SYNC_MUTEX);
    /* Robust: held now, but its previous owner ended without a release. Who it was is not known. */
    if (zg_unlikely(rc == EOWNERDEAD))
        zg_edge_acquire(caller, (const void *)1, ZG_SYNC_THREAD_ENDS);
    return rc;
}

/*
 * Lock and unlock come by the million, most of them of a mutex that this thread had last. What is
 * more than that goes by functions that save registers.
 */
ZG_NOINLINE static int slow_locked(int rc, pthread_mutex_t *mutex, uintptr_t caller)
{
    return locked(rc, mutex, caller);
}

/* Called once, in the real function's place. */
static int first_lock(pthread_mutex_t *mutex);
/* Written by first_lock(). Read by a plain load, which is one with the call. */
static int (*real_lock)(pthread_mutex_t *mutex) = first_lock;

ZG_NOINLINE static int first_lock(pthread_mutex_t *mutex)
{
    __atomic_store_n(&real_lock, ZG_REAL_LIBC(pthread_mutex_lock), __ATOMIC_RELAXED);
    return real_lock(mutex);
}

ZG_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int rc = real_lock(mutex);

    if (zg_likely(rc == 0 && zg_edge_acquire_fast(mutex)))
        return 0;
    if (zg_likely(!zg_edge_counts_waited(ZG_RETURN_ADDRESS(), mutex)))
        return rc;
    return slow_locked(rc, mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return locked(ZG_REAL_LIBC(pthread_mutex_trylock)(mutex), mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    return locked(ZG_REAL_LIBC(pthread_mutex_timedlock)(mutex, until), mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                      const struct timespec *until)
{
    return locked(ZG_REAL_LIBC(pthread_mutex_clocklock)(mutex, clock, until), mutex,
                  ZG_RETURN_ADDRESS());
}

ZG_NOINLINE static int slow_unlock(pthread_mutex_t *mutex, uintptr_t caller)
{
    zg_edge_release(caller, mutex, ZG_SYNC_MUTEX, ZG_SYNC_EXCLUSIVE);
    return ZG_REAL_LIBC(pthread_mutex_unlock)(mutex);
}

/* What is in the cache came there by slow_unlock(), which has looked for the real function. */
ZG_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (zg_likely(zg_edge_release_fast(mutex)))
        return zg_libc.pthread_mutex_unlock(mutex);
    if (zg_likely(!zg_edge_counts_waited(ZG_RETURN_ADDRESS(), mutex) &&
                  zg_libc.pthread_mutex_unlock != NULL))
        return zg_libc.pthread_mutex_unlock(mutex);
    return slow_unlock(mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    zg_edge_forget(mutex, ZG_SYNC_MUTEX);
    return ZG_REAL_LIBC(pthread_mutex_init)(mutex, attr);
}

ZG_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    int rc = ZG_REAL_LIBC(pthread_mutex_destroy)(mutex);

    if (rc == 0)
        zg_edge_forget(mutex, ZG_SYNC_MUTEX);
    return rc;
}

ZG_EXPORT int pthread_spin_lock(pthread_spinlock_t *lock)
{
    int rc = ZG_REAL_LIBC(pthread_spin_lock)(lock);

    if (rc == 0)
        zg_edge_acquire(ZG_RETURN_ADDRESS(), lock, ZG_SYNC_SPIN);
    return rc;
}

ZG_EXPORT int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    int rc = ZG_REAL_LIBC(pthread_spin_trylock)(lock);

    if (rc == 0)
        zg_edge_acquire(ZG_RETURN_ADDRESS(), lock, ZG_SYNC_SPIN);
    return rc;
}

ZG_EXPORT int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), lock, ZG_SYNC_SPIN, ZG_SYNC_EXCLUSIVE);
    return ZG_REAL_LIBC(pthread_spin_unlock)(lock);
}

ZG_EXPORT int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    zg_edge_forget(lock, ZG_SYNC_SPIN);
    return ZG_REAL_LIBC(pthread_spin_init)(lock, shared);
}

ZG_EXPORT int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    int rc = ZG_REAL_LIBC(pthread_spin_destroy)(lock);

    if (rc == 0)
        zg_edge_forget(lock, ZG_SYNC_SPIN);
    return rc;
}

ZG_EXPORT void flockfile(FILE *stream)
{
    ZG_REAL_LIBC(flockfile)(stream);
    zg_edge_acquire(ZG_RETURN_ADDRESS(), stream, ZG_SYNC_STREAM);
}

ZG_EXPORT int ftrylockfile(FILE *stream)
{
    int rc = ZG_REAL_LIBC(ftrylockfile)(stream);

    if (rc == 0)
        zg_edge_acquire(ZG_RETURN_ADDRESS(), stream, ZG_SYNC_STREAM);
    return rc;
}

ZG_EXPORT void funlockfile(FILE *stream)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), stream, ZG_SYNC_STREAM, ZG_SYNC_EXCLUSIVE);
    ZG_REAL_LIBC(funlockfile)(stream);
}
