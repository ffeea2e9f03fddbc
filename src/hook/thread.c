/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Creating and joining threads, POSIX and C11. Callers inside libzmq count as well: its I/O threads
 * run callbacks of the application, and zmq_threadstart() its code.
 */
#include "base/arena.h"
#include "base/fence.h"
#include "host/guard.h"
#include "track/edge.h"

/* What a new thread needs. */
struct start {
    struct zg_thread *thread;
    union {
        void *(*posix)(void *);
        int (*c11)(void *);
    } routine;
    void *arg;
    struct start *next_free; /* pool link */
};

static struct zg_pool starts = ZG_POOL(struct start, 0);

/* In the new thread. */
static struct start begin(void *block)
{
    struct start start = *(struct start *)block;

    zg_pool_put(&starts, block);
    zg_thread_begin(start.thread);
    return start;
}

/* Both call the routine last, as a jump: the stacks of the application are the same as without. */
static void *run_posix(void *block)
{
    struct start start = begin(block);

    return start.routine.posix(start.arg);
}

static int run_c11(void *block)
{
    struct start start = begin(block);

    return start.routine.c11(start.arg);
}

/* A record for the thread to be. NULL: it is created without one, and gets it when it first calls
 * the guard. No process without libzmq needs any. */
static struct start *prepare(uintptr_t caller, uintptr_t frame)
{
    struct zg_thread *self;
    struct start *start;
    zg_stack_id stack;

    /* Constructors of libraries create threads before the guard starts. */
    if (zg_unlikely(__atomic_load_n(&zg_state, __ATOMIC_RELAXED) == ZG_STATE_RAW))
        zg_fence_register();
    if (zg_likely(__atomic_load_n(&zg_lib_ranges.count, __ATOMIC_RELAXED) == 0))
        return NULL;
    self = zg_thread_self();
    if (self == NULL || (start = zg_pool_get(&starts)) == NULL)
        return NULL;
    zg_start_tracking();
    stack = zg_thread_stack(self, caller, frame);
    start->thread = zg_thread_prepare(self, stack, self->making > 0 && zg_lib_is_libzmq(caller));
    if (start->thread != NULL) {
        /* Before glibc 2.34 a notification's thread is seen, but not what it comes from. */
        if (zg_unlikely(zg_libc_has(caller)))
            start->thread->unseen = start->thread->actor.epoch;
        return start;
    }
    zg_pool_put(&starts, start);
    return NULL;
}

static void cancel(struct start *start)
{
    zg_thread_cancel(start->thread);
    zg_pool_put(&starts, start);
}

static bool is_detached(const pthread_attr_t *attr)
{
    int state = PTHREAD_CREATE_JOINABLE;

    return attr != NULL && ZG_REAL_LIBC(pthread_attr_getdetachstate)(attr, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

ZG_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                             void *(*routine)(void *), void *arg)
{
    struct start *start = prepare(ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    struct zg_thread *t;
    bool detached;
    int rc;

    if (start == NULL)
        return ZG_REAL_LIBC(pthread_create)(thread, attr, routine, arg);
    t = start->thread;
    start->routine.posix = routine;
    start->arg = arg;
    detached = is_detached(attr);
    rc = ZG_REAL_LIBC(pthread_create)(thread, attr, run_posix, start);
    if (rc != 0)
        cancel(start);
    else
        zg_thread_created(t, (uint64_t)*thread);
    if (rc == 0 && detached)
        zg_thread_detached(t);
    return rc;
}

ZG_EXPORT int thrd_create(thrd_t *thread, thrd_start_t routine, void *arg)
{
    struct start *start = prepare(ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    struct zg_thread *t;
    int rc;

    if (start == NULL)
        return ZG_REAL_LIBC(thrd_create)(thread, routine, arg);
    t = start->thread;
    start->routine.c11 = routine;
    start->arg = arg;
    rc = ZG_REAL_LIBC(thrd_create)(thread, run_c11, start);
    if (rc != thrd_success)
        cancel(start);
    else
        zg_thread_created(t, (uint64_t)*thread);
    return rc;
}

/* Before a join or detach, while the pthread_t is certainly that thread's. */
ZG_INLINE struct zg_thread *record_of(uint64_t thread)
{
    if (zg_likely(__atomic_load_n(&zg_lib_ranges.count, __ATOMIC_RELAXED) == 0))
        return NULL;
    return zg_thread_by_pthread(thread);
}

static void joined(struct zg_thread *t)
{
    struct zg_thread *self = t != NULL ? zg_thread_self() : NULL;

    if (self != NULL)
        zg_thread_joined(self, t);
}

ZG_EXPORT int pthread_join(pthread_t thread, void **result)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(pthread_join)(thread, result);

    if (rc == 0)
        joined(t);
    return rc;
}

ZG_EXPORT int pthread_tryjoin_np(pthread_t thread, void **result)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(pthread_tryjoin_np)(thread, result);

    if (rc == 0)
        joined(t);
    return rc;
}

ZG_EXPORT int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(pthread_timedjoin_np)(thread, result, until);

    if (rc == 0)
        joined(t);
    return rc;
}

ZG_EXPORT int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock,
                                   const struct timespec *until)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(pthread_clockjoin_np)(thread, result, clock, until);

    if (rc == 0)
        joined(t);
    return rc;
}

ZG_EXPORT int thrd_join(thrd_t thread, int *result)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(thrd_join)(thread, result);

    if (rc == thrd_success)
        joined(t);
    return rc;
}

ZG_EXPORT int pthread_detach(pthread_t thread)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(pthread_detach)(thread);

    if (rc == 0 && t != NULL)
        zg_thread_detached(t);
    return rc;
}

ZG_EXPORT int thrd_detach(thrd_t thread)
{
    struct zg_thread *t = record_of((uint64_t)thread);
    int rc = ZG_REAL_LIBC(thrd_detach)(thread);

    if (rc == thrd_success && t != NULL)
        zg_thread_detached(t);
    return rc;
}
