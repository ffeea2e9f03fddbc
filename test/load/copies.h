/* SPDX-License-Identifier: MPL-2.0 */
/* One round through the API of whichever libzmq Z(f) leads to, ordered or not. */
#ifndef TEST_LOAD_COPIES_H
#define TEST_LOAD_COPIES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

void *zmq_ctx_new(void);
void *zmq_init(int io_threads);
void *zmq_socket(void *context, int type);
int zmq_send(void *socket, const void *buf, size_t len, int flags);
int zmq_close(void *socket);
int zmq_ctx_term(void *context);
void *zmq_timers_new(void);
int zmq_timers_execute(void *timers);
int zmq_timers_destroy(void **timers);
void zmq_version(int *major, int *minor, int *patch);

static void *shared;
static atomic_int sent;

static void *sender(void *send)
{
    ((__typeof__(&zmq_send))send)(shared, "1", 1, 0);
    atomic_store_explicit(&sent, 1, memory_order_relaxed);
    return NULL;
}

/* Returns the number of the copy, which is the patch level of its version. */
static int one_round(int wrong)
{
    void *context = wrong ? Z(zmq_init)(1) : Z(zmq_ctx_new)();
    void *timers = Z(zmq_timers_new)();
    int major, minor, copy;
    pthread_t thread;

    shared = Z(zmq_socket)(context, 0);
    atomic_store(&sent, 0);
    pthread_create(&thread, NULL, sender, (void *)Z(zmq_send));
    if (!wrong)
        pthread_join(thread, NULL);
    while (!atomic_load_explicit(&sent, memory_order_relaxed))
        usleep(100);
    Z(zmq_send)(shared, "2", 1, 0);
    if (wrong)
        pthread_join(thread, NULL);
    Z(zmq_close)(shared);
    Z(zmq_ctx_term)(context);
    Z(zmq_timers_execute)(timers);
    Z(zmq_timers_destroy)(&timers);
    Z(zmq_version)(&major, &minor, &copy);
    return copy;
}

#endif
