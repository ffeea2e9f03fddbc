/* SPDX-License-Identifier: MPL-2.0 */
/* C11 mutexes, condition variables and call_once(). glibc's call no pthread function that a hook
 * could see. Threads: thread.c. */
#include "track/cond_wait.h"
#include "track/once.h"

ZG_INLINE int locked(int rc, mtx_t *mutex, uintptr_t caller)
{
    if (zg_likely(rc == thrd_success))
        zg_edge_acquire(caller, mutex, ZG_SYNC_MUTEX);
    return rc;
}

ZG_EXPORT int mtx_lock(mtx_t *mutex)
{
    return locked(ZG_REAL_LIBC(mtx_lock)(mutex), mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int mtx_trylock(mtx_t *mutex)
{
    return locked(ZG_REAL_LIBC(mtx_trylock)(mutex), mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
    return locked(ZG_REAL_LIBC(mtx_timedlock)(mutex, until), mutex, ZG_RETURN_ADDRESS());
}

ZG_EXPORT int mtx_unlock(mtx_t *mutex)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), mutex, ZG_SYNC_MUTEX, ZG_SYNC_EXCLUSIVE);
    return ZG_REAL_LIBC(mtx_unlock)(mutex);
}

ZG_EXPORT int mtx_init(mtx_t *mutex, int type)
{
    zg_edge_forget(mutex, ZG_SYNC_MUTEX);
    return ZG_REAL_LIBC(mtx_init)(mutex, type);
}

ZG_EXPORT void mtx_destroy(mtx_t *mutex)
{
    ZG_REAL_LIBC(mtx_destroy)(mutex);
    zg_edge_forget(mutex, ZG_SYNC_MUTEX);
}

ZG_EXPORT int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    int rc;

    ZG_WAIT(wait, cond, mutex);
    rc = ZG_REAL_LIBC(cnd_wait)(cond, mutex);
    wait.signalled = rc == thrd_success;
    return rc;
}

ZG_EXPORT int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                            const struct timespec *restrict until)
{
    int rc;

    ZG_WAIT(wait, cond, mutex);
    rc = ZG_REAL_LIBC(cnd_timedwait)(cond, mutex, until);
    wait.signalled = rc == thrd_success;
    return rc;
}

ZG_EXPORT int cnd_signal(cnd_t *cond)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), cond, ZG_SYNC_COND, ZG_SYNC_SHARED);
    return ZG_REAL_LIBC(cnd_signal)(cond);
}

ZG_EXPORT int cnd_broadcast(cnd_t *cond)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), cond, ZG_SYNC_COND, ZG_SYNC_SHARED);
    return ZG_REAL_LIBC(cnd_broadcast)(cond);
}

ZG_EXPORT int cnd_init(cnd_t *cond)
{
    zg_edge_forget(cond, ZG_SYNC_COND);
    return ZG_REAL_LIBC(cnd_init)(cond);
}

ZG_EXPORT void cnd_destroy(cnd_t *cond)
{
    ZG_REAL_LIBC(cnd_destroy)(cond);
    zg_edge_forget(cond, ZG_SYNC_COND);
}

ZG_EXPORT void call_once(once_flag *control, void (*routine)(void))
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    struct zg_once once ZG_CLEANUP(zg_once_end) = {
        .routine = routine, .control = control, .caller = caller};

    zg_once_begin(&once);
    ZG_REAL_LIBC(call_once)(control, zg_once_run);
    zg_edge_acquire(caller, control, ZG_SYNC_ONCE);
}
