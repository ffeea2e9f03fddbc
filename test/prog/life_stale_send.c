/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread used a socket that main closed; main makes a new one at the same address and tells
 * nobody; the thread sends to the address.
 *
 * zg: expect use-after-close
 * zg: report its address was given to S[0-9]+, made by the main thread
 * zg: report its address now belongs to socket S[0-9]+ PAIR
 * zg: runs 20
 * zg: bare any
 */
#include <pthread.h>

#include "life_reuse.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static void *shared;
static struct life_signal used, reborn;

static void *worker(void *arg)
{
    int value = 0;
    size_t len = sizeof(value);

    (void)arg;
    pthread_mutex_lock(&lock);
    zmq_getsockopt(shared, ZMQ_TYPE, &value, &len);
    pthread_mutex_unlock(&lock);
    life_signal_post(&used);
    life_signal_wait(&reborn);
    zmq_send(shared, "x", 1, ZMQ_DONTWAIT);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    void *socket;

    life_signal_init(&used);
    life_signal_init(&reborn);
    context = zmq_ctx_new();
    shared = zmq_socket(context, ZMQ_PAIR);
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    life_signal_wait(&used);
    pthread_mutex_lock(&lock);
    CHECK(zmq_close(shared) == 0);
    pthread_mutex_unlock(&lock);
    socket = life_socket_at(context, ZMQ_PAIR, shared);
    life_signal_post(&reborn);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
