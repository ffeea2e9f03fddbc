/* SPDX-License-Identifier: MPL-2.0 */
/*
 * For the programs outside_*: a socket that one thread made and used goes to another by a way that
 * leads through the kernel or the world outside. Each says how the handle (or that it is there) is
 * sent and taken.
 */
#ifndef TEST_PROG_OUTSIDE_H
#define TEST_PROG_OUTSIDE_H

#include "order.h"

#ifndef ROUNDS
#define ROUNDS 3
#endif

static void *passed; /* for ways that carry a bare "now" */

static void prepare(void *context);
static void give(void *socket);
static void *take(void *context);

static void *run(void *context)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *socket = take(context);

        use(socket);
        zmq_close(socket);
    }
    return NULL;
}

static inline void hand_over(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    prepare(context);
    pthread_create(&thread, NULL, run, context);
    for (int i = 0; i < ROUNDS; i++) {
        void *socket = make_socket(context);

        use(socket);
        passed = socket;
        give(socket);
        while (__atomic_load_n(&passed, __ATOMIC_RELAXED) != NULL)
            usleep(100);
    }
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
}

static inline void *took(void *socket)
{
    __atomic_store_n(&passed, NULL, __ATOMIC_RELAXED);
    return socket;
}

#endif
