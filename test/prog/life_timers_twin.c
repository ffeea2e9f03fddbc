/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer set made by main, used under a lock by two threads; its handlers change the set that
 * calls them. The twin of life_timers*.c.
 *
 * zg: expect silent
 */
#include <pthread.h>

#include "life.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *timers;
static int count;

static void fired(int id, void *arg)
{
    (void)arg;
    CHECK(zmq_timers_add(timers, 100000, fired, NULL) > 0);
    CHECK(zmq_timers_cancel(timers, id) == 0);
    count++;
}

static void *worker(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    CHECK(zmq_timers_add(timers, 1, fired, NULL) > 0);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int seen = 0;

    timers = zmq_timers_new();
    CHECK(zmq_timers_add(timers, 1, fired, NULL) == 1);
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    while (seen < 2) {
        pthread_mutex_lock(&lock);
        CHECK(zmq_timers_execute(timers) == 0);
        seen = count;
        pthread_mutex_unlock(&lock);
    }
    pthread_join(thread, NULL);
    CHECK(zmq_timers_destroy(&timers) == 0);
    CHECK(timers == NULL);
    CHECK(zmq_timers_destroy(&timers) == -1 && errno == EFAULT);
    CHECK(zmq_timers_execute(NULL) == -1 && errno == EFAULT);
    return 0;
}
