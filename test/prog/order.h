/* SPDX-License-Identifier: MPL-2.0 */
/* For the programs order_*: a socket to be used, and steps that are in time but not in order. */
#ifndef TEST_PROG_ORDER_H
#define TEST_PROG_ORDER_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define CHECK(what) ((what) ? (void)0 : fail(#what, __LINE__))

static inline void fail(const char *what, int line)
{
    fprintf(stderr, "line %d: %s\n", line, what);
    _exit(3);
}

/* What one thread says by a plain flag the guard cannot see; nor may a program count on it. */
static int step;

static inline void reached(int n)
{
    __atomic_store_n(&step, n, __ATOMIC_RELAXED);
}

static inline void await(int n)
{
    while (__atomic_load_n(&step, __ATOMIC_RELAXED) < n)
        usleep(100);
}

/* Times are compared to ten milliseconds, and in doubt something was taken in since: what comes
 * after this is later in its eyes too. */
static inline void pass_ticks(void)
{
    struct timespec resolution, from, now;

    CHECK(clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) == 0);
    CHECK(clock_gettime(CLOCK_MONOTONIC_COARSE, &from) == 0);
    do {
        usleep(100);
        CHECK(clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0);
    } while ((now.tv_sec - from.tv_sec) * 1000000000L + now.tv_nsec - from.tv_nsec <
             20000000L + 2 * resolution.tv_nsec);
}

/* A PUSH without a peer: a send is a use that ends at once. */
static inline void *make_socket(void *context)
{
    void *socket = zmq_socket(context, ZMQ_PUSH);
    int none = 0;

    CHECK(socket != NULL);
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none));
    return socket;
}

static inline void use(void *socket)
{
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
}

static inline void *use_second(void *socket)
{
    await(1);
    use(socket);
    reached(2);
    return NULL;
}

/* The socket's creator uses it, then a thread that was made before that, and nothing tells it. */
static inline void use_one_after_the_other(void *context, void *socket)
{
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, use_second, socket) == 0);
    use(socket);
    reached(1);
    await(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
}

#endif
