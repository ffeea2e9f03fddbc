/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Read-write locks. Two objects each, so that readers are not ordered among themselves: writers
 * release into one, readers into the other; readers acquire the writers', writers both.
 */
#include "track/edge.h"

ZG_INLINE int locked_for_reading(int rc, pthread_rwlock_t *lock, uintptr_t caller)
{
    if (zg_likely(rc == 0))
        zg_edge_acquire(caller, lock, ZG_SYNC_RWLOCK);
    return rc;
}

ZG_INLINE int locked_for_writing(int rc, pthread_rwlock_t *lock, uintptr_t caller)
{
    if (zg_likely(rc == 0)) {
        zg_edge_acquire(caller, lock, ZG_SYNC_RWLOCK);
        zg_edge_acquire(caller, lock, ZG_SYNC_READERS);
    }
    return rc;
}

ZG_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return locked_for_reading(ZG_REAL_LIBC(pthread_rwlock_rdlock)(lock), lock, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return locked_for_reading(ZG_REAL_LIBC(pthread_rwlock_tryrdlock)(lock), lock,
                              ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *until)
{
    return locked_for_reading(ZG_REAL_LIBC(pthread_rwlock_timedrdlock)(lock, until), lock,
                              ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
                                         const struct timespec *until)
{
    return locked_for_reading(ZG_REAL_LIBC(pthread_rwlock_clockrdlock)(lock, clock, until), lock,
                              ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return locked_for_writing(ZG_REAL_LIBC(pthread_rwlock_wrlock)(lock), lock, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return locked_for_writing(ZG_REAL_LIBC(pthread_rwlock_trywrlock)(lock), lock,
                              ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *until)
{
    return locked_for_writing(ZG_REAL_LIBC(pthread_rwlock_timedwrlock)(lock, until), lock,
                              ZG_RETURN_ADDRESS());
}

ZG_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
                                         const struct timespec *until)
{
    return locked_for_writing(ZG_REAL_LIBC(pthread_rwlock_clockwrlock)(lock, clock, until), lock,
                              ZG_RETURN_ADDRESS());
}

/* Which of the two an unlock ends is told by who wrote __cur_writer (glibc since 2.25:
 * nptl/pthread_rwlock_unlock.c decides by it too; the field is in the public struct). */
static bool held_for_writing(const pthread_rwlock_t *lock, const struct zg_thread *t)
{
    return __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED) == t->tid;
}

ZG_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    uintptr_t caller = ZG_RETURN_ADDRESS();

    if (zg_edge_is_active() && !zg_lib_is_libzmq(caller)) {
        const struct zg_thread *t = zg_thread_self();

        if (t != NULL && held_for_writing(lock, t))
            zg_edge_release(caller, lock, ZG_SYNC_RWLOCK, ZG_SYNC_EXCLUSIVE);
        else
            zg_edge_release(caller, lock, ZG_SYNC_READERS, ZG_SYNC_SHARED);
    }
    return ZG_REAL_LIBC(pthread_rwlock_unlock)(lock);
}

static void forget(const pthread_rwlock_t *lock)
{
    zg_edge_forget(lock, ZG_SYNC_RWLOCK);
    zg_edge_forget(lock, ZG_SYNC_READERS);
}

ZG_EXPORT int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
    forget(lock);
    return ZG_REAL_LIBC(pthread_rwlock_init)(lock, attr);
}

ZG_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    int rc = ZG_REAL_LIBC(pthread_rwlock_destroy)(lock);

    if (rc == 0)
        forget(lock);
    return rc;
}
