/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread that is known to be blocked inside zmq_recv() on one end of an inproc PAIR, for the
 * programs blocked_*.c, which then use that same socket from the main thread.
 */
#ifndef TEST_PROG_BLOCKED_H
#define TEST_PROG_BLOCKED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

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

/* What libzmq waits in: poll(), which some machines only have as ppoll(). */
static int in_poll(int tid)
{
    char path[64];
    long number = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
    file = fopen(path, "r");
    if (file == NULL)
        exit(3);
    if (fscanf(file, "%ld", &number) != 1)
        number = -1; /* "running" */
    fclose(file);
#ifdef SYS_poll
    if (number == SYS_poll)
        return 1;
#endif
    return number == SYS_ppoll;
}

/* Returns when the waiter is in zmq_recv() on `shared`; it stays there for three seconds. */
static pthread_t start_waiter(void)
{
    int patience = 3000, none = 0;
    pthread_t thread;

    /* Without the guard the program may hang or crash: that is the bug. */
    alarm(10);
    context = zmq_ctx_new();
    peer = zmq_socket(context, ZMQ_PAIR);
    shared = zmq_socket(context, ZMQ_PAIR);
    zmq_setsockopt(peer, ZMQ_LINGER, &none, sizeof(none));
    zmq_setsockopt(shared, ZMQ_LINGER, &none, sizeof(none));
    zmq_setsockopt(shared, ZMQ_RCVTIMEO, &patience, sizeof(patience));
    zmq_bind(peer, "inproc://blocked");
    zmq_connect(shared, "inproc://blocked");
    pthread_create(&thread, NULL, waiter, NULL);
    while (atomic_load(&waiter_tid) == 0 || !in_poll(atomic_load(&waiter_tid)))
        usleep(1000);
    return thread;
}

static void finish(pthread_t thread, int shared_is_open)
{
    pthread_join(thread, NULL);
    if (shared_is_open)
        zmq_close(shared);
    zmq_close(peer);
    zmq_ctx_term(context);
}

#endif
