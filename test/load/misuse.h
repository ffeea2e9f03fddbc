/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket used by two threads, one after the other, without anything that orders them (wrong), or
 * with pthread_join() between (right). Z(f) is how the includer calls libzmq's f.
 */
#ifndef TEST_LOAD_MISUSE_H
#define TEST_LOAD_MISUSE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

#ifndef Z
#define Z(f) f
#endif

static void *shared;
static atomic_int sent;

static void *sender(void *unused)
{
    (void)unused;
    Z(zmq_send)(shared, "1", 1, 0);
    atomic_store_explicit(&sent, 1, memory_order_relaxed);
    return NULL;
}

/* 0 when both messages came through. */
static int misuse(int wrong)
{
    void *context = Z(zmq_ctx_new)();
    void *peer = Z(zmq_socket)(context, ZMQ_PAIR);
    char byte;
    int got = 0;
    pthread_t thread;

    shared = Z(zmq_socket)(context, ZMQ_PAIR);
    Z(zmq_bind)(peer, "inproc://misuse");
    Z(zmq_connect)(shared, "inproc://misuse");
    pthread_create(&thread, NULL, sender, NULL);
    if (!wrong)
        pthread_join(thread, NULL);
    while (!atomic_load_explicit(&sent, memory_order_relaxed))
        usleep(100);
    Z(zmq_send)(shared, "2", 1, 0);
    if (wrong)
        pthread_join(thread, NULL);
    got += Z(zmq_recv)(peer, &byte, 1, 0);
    got += Z(zmq_recv)(peer, &byte, 1, 0);
    Z(zmq_close)(shared);
    Z(zmq_close)(peer);
    Z(zmq_ctx_term)(context);
    return got == 2 ? 0 : 1;
}

#endif
