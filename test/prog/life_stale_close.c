/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread closes its socket; main is given the same address for a new one; the thread closes its
 * old handle again, and would close main's socket.
 *
 * zg: expect double-close
 * zg: report its address was given to S[0-9]+, made by the main thread
 * zg: report its address now belongs to socket S[0-9]+ PAIR created by the main thread
 * zg: report socket S1 PAIR closed by thread T[0-9]+
 * zg: runs 20
 */
#include <pthread.h>

#include "life_reuse.h"

static void *context;
static void *stale;
static struct life_signal closed, reborn, again;

static void *worker(void *arg)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    (void)arg;
    stale = socket;
    CHECK(zmq_close(socket) == 0);
    life_signal_post(&closed);
    life_signal_wait(&reborn);
    zmq_close(socket);
    life_signal_post(&again);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    void *socket;

    life_signal_init(&closed);
    life_signal_init(&reborn);
    life_signal_init(&again);
    context = zmq_ctx_new();
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    life_signal_wait(&closed);
    socket = life_socket_at(context, ZMQ_PAIR, stale);
    life_signal_post(&reborn);
    life_signal_wait(&again);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
