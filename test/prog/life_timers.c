/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two threads use one timer set, and nothing orders them.
 *
 * zg: expect cross-thread-use
 * zg: report zmq_timers_add\(\) on a timer set by thread T[0-9]+, owned by the main thread
 * zg: runs 20
 */
#include <pthread.h>

#include "life.h"

static void *timers;
static struct life_signal ready;

static void fired(int id, void *arg)
{
    (void)id, (void)arg;
}

static void *worker(void *arg)
{
    (void)arg;
    life_signal_wait(&ready);
    zmq_timers_add(timers, 1000, fired, NULL);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    life_signal_init(&ready);
    timers = zmq_timers_new();
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    CHECK(zmq_timers_add(timers, 1000, fired, NULL) > 0);
    life_signal_post(&ready);
    pthread_join(thread, NULL);
    zmq_timers_destroy(&timers);
    return 0;
}
