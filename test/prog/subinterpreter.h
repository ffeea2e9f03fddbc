/* SPDX-License-Identifier: MPL-2.0 */
/* What the guard knows a CPython by that may have more than one global lock, and two threads that
 * use a socket in turns under it, or under a mutex of the program's. */
#ifndef TEST_PROG_SUBINTERPRETER_H
#define TEST_PROG_SUBINTERPRETER_H

#include "order.h"

char _PyRuntime[64];
static pthread_mutex_t *lock; /* the sub-interpreter's, or the program's */

/* The program's code stands beside CPython's, not in it. */
static inline void lock_own(void)
{
    CHECK(pthread_mutex_lock(lock) == 0);
}

static inline void unlock_own(void)
{
    CHECK(pthread_mutex_unlock(lock) == 0);
}

/* Locking must be called from within these, so they are neither inlined nor end with that call. */
void Py_NewInterpreterFromConfig(void);
__attribute__((noinline)) void PyEval_AcquireThread(void);
__attribute__((noinline)) void PyEval_ReleaseThread(void);

void Py_NewInterpreterFromConfig(void)
{
}

void PyEval_AcquireThread(void)
{
    CHECK(pthread_mutex_lock(lock) == 0);
}

void PyEval_ReleaseThread(void)
{
    CHECK(pthread_mutex_unlock(lock) == 0);
}

static void (*take)(void), (*give)(void);
static int turn;

static void *use_in_turns(void *socket)
{
    static int threads;
    int me = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);

    for (int i = 0; i < 20;) {
        take();
        if (turn % 2 == me) {
            use(socket);
            turn++;
            i++;
        }
        give();
        sched_yield();
    }
    return NULL;
}

static inline void run_turns(void (*taken)(void), void (*given)(void))
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t threads[2];

    take = taken;
    give = given;
    lock = calloc(1, sizeof(*lock));
    CHECK(lock != NULL && pthread_mutex_init(lock, NULL) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, use_in_turns, socket) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
}

#endif
