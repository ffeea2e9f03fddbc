/* SPDX-License-Identifier: MPL-2.0 */
/* For the programs order_*: a socket to be used, and steps that are in time but not in order. */
#ifndef TEST_PROG_ORDER_H
#define TEST_PROG_ORDER_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
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

#endif
