/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread that is known to be blocked inside zmq_recv() on one end of an inproc PAIR, for the
 * programs blocked_*.c, which then use that same socket from the main thread.
 */
#ifndef TEST_PROG_BLOCKED_H
#define TEST_PROG_BLOCKED_H

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <zmq.h>

#include "waiting.h"

static void *context, *shared, *peer;
static atomic_int waiter_tid;

static __attribute__((noinline)) void *waiter(void *unused)
{
    char byte;

    (void)unused;
    atomic_store(&waiter_tid, (int)syscall(SYS_gettid));
    zmq_recv(shared, &byte, 1, 0);
    return NULL;
}

/* Returns when the waiter is in zmq_recv() on `shared`, where it stays. */
static void start_waiter(void)
{
    pthread_t thread;

    context = zmq_ctx_new();
    peer = zmq_socket(context, ZMQ_PAIR);
    shared = zmq_socket(context, ZMQ_PAIR);
    zmq_bind(peer, "inproc://blocked");
    zmq_connect(shared, "inproc://blocked");
    pthread_create(&thread, NULL, waiter, NULL);
    while (atomic_load(&waiter_tid) == 0 || !waiting_in_poll(atomic_load(&waiter_tid)))
        usleep(1000);
}

#endif
