/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Children made by _Fork(), which runs no handlers, while other threads hold locks of the guard's:
 * one asks for functions of libzmq's, for which the guard goes through the loader's list, one makes
 * and drops mutexes. What the children do first is no call of libzmq: a fork, a lock. They come to
 * an end as they do without the guard; nobody here holds a lock of malloc's.
 *
 * zg: expect silent
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "life.h"

#if !__GLIBC_PREREQ(2, 34)
#define _Fork() (exit(77), -1)
#endif

#define CHILDREN 300
#define MUTEXES  64

static bool over; /* atomic */

static void *ask(void *libzmq)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
        CHECK(dlsym(libzmq, "zmq_version") != NULL);
    return NULL;
}

static void lock_new_ones(void)
{
    static __thread pthread_mutex_t mutexes[MUTEXES];

    for (int i = 0; i < MUTEXES; i++) {
        CHECK(pthread_mutex_init(&mutexes[i], NULL) == 0);
        CHECK(pthread_mutex_lock(&mutexes[i]) == 0);
        CHECK(pthread_mutex_unlock(&mutexes[i]) == 0);
        CHECK(pthread_mutex_destroy(&mutexes[i]) == 0);
    }
}

static void *lock(void *unused)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
        lock_new_ones();
    return unused;
}

static void in_child(int i)
{
    int status;
    pid_t grandchild;

    alarm(60);
    if (i % 2 != 0) {
        lock_new_ones();
        _exit(0);
    }
    grandchild = fork();
    if (grandchild == 0)
        _exit(0);
    CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
    _exit(0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    void *libzmq = dlopen("libzmq.so.5", RTLD_NOW);
    pthread_t threads[2];
    int status;

    CHECK(libzmq != NULL);
    CHECK(pthread_create(&threads[0], NULL, ask, libzmq) == 0);
    CHECK(pthread_create(&threads[1], NULL, lock, NULL) == 0);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = _Fork();

        CHECK(child >= 0);
        if (child == 0)
            in_child(i);
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
