/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Barriers: what all did before it happens before what any does after it. What was released into
 * the next round already is not learnt by who leaves one late (model/round.h).
 *
 * Arrivals are counted from the barrier's beginning, also before the first socket and whoever
 * calls: the rounds must be right once they matter.
 */
#include "model/round.h"
#include "track/edge.h"

ZG_EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    struct zg_round round = zg_round_arrive((uintptr_t)barrier);
    /* Both, since the barrier may turn merged, and be gone, before this thread has left. */
    struct zg_sync *even = zg_edge_hold(caller, barrier, ZG_SYNC_BARRIER);
    struct zg_sync *odd =
        round.of != NULL ? zg_edge_hold(caller, barrier, ZG_SYNC_BARRIER_ODD) : NULL;
    enum zg_round_objects from;
    int rc;

    zg_edge_release(caller, barrier,
                    round.into == ZG_ROUND_ODD ? ZG_SYNC_BARRIER_ODD : ZG_SYNC_BARRIER,
                    ZG_SYNC_SHARED);
    rc = ZG_REAL_LIBC(pthread_barrier_wait)(barrier);
    if (rc != 0 && rc != PTHREAD_BARRIER_SERIAL_THREAD)
        return rc;
    from = zg_round_over(&round);
    if ((from & ZG_ROUND_EVEN) != 0)
        zg_edge_acquire_held(caller, even, barrier, ZG_SYNC_BARRIER);
    if ((from & ZG_ROUND_ODD) != 0)
        zg_edge_acquire_held(caller, odd, barrier, ZG_SYNC_BARRIER_ODD);
    zg_round_leave(&round);
    return rc;
}

static void forget(pthread_barrier_t *barrier)
{
    zg_rounds_end((uintptr_t)barrier);
    zg_edge_forget(barrier, ZG_SYNC_BARRIER);
    zg_edge_forget(barrier, ZG_SYNC_BARRIER_ODD);
}

/* Other processes' arrivals are not counted here. */
static bool is_private(const pthread_barrierattr_t *attr)
{
    int shared = PTHREAD_PROCESS_PRIVATE;

    return attr == NULL || (ZG_REAL_LIBC(pthread_barrierattr_getpshared) != NULL &&
                            zg_libc.pthread_barrierattr_getpshared(attr, &shared) == 0 &&
                            shared == PTHREAD_PROCESS_PRIVATE);
}

ZG_EXPORT int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                                   unsigned count)
{
    int rc;

    forget(barrier);
    rc = ZG_REAL_LIBC(pthread_barrier_init)(barrier, attr, count);
    if (rc == 0 && is_private(attr))
        zg_rounds_begin((uintptr_t)barrier, count);
    return rc;
}

ZG_EXPORT int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    /* Waits until the last thread has left the real wait (nptl/pthread_barrier_destroy.c). */
    int rc = ZG_REAL_LIBC(pthread_barrier_destroy)(barrier);

    if (rc == 0)
        forget(barrier);
    return rc;
}
