/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread closes its socket, main gets the same address for a new one and hands that over under a
 * lock: the thread uses and closes it rightly. The twin of life_stale_close.c and
 * life_stale_send.c.
 *
 * zg: expect silent
 * zg: runs 5
 */
#include <pthread.h>

#include "life_reuse.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static void *handle;
static struct life_signal closed, reborn;

static void *worker(void *arg)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    (void)arg;
    pthread_mutex_lock(&lock);
    handle = socket;
    pthread_mutex_unlock(&lock);
    CHECK(zmq_close(socket) == 0);
    life_signal_post(&closed);
    life_signal_wait(&reborn);
    pthread_mutex_lock(&lock);
    socket = handle;
    pthread_mutex_unlock(&lock);
    CHECK(zmq_bind(socket, "inproc://mine") == 0);
    CHECK(zmq_close(socket) == 0);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    life_signal_init(&closed);
    life_signal_init(&reborn);
    context = zmq_ctx_new();
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    life_signal_wait(&closed);
    pthread_mutex_lock(&lock);
    handle = life_socket_at(context, ZMQ_PAIR, handle);
    pthread_mutex_unlock(&lock);
    life_signal_post(&reborn);
    pthread_join(thread, NULL);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
