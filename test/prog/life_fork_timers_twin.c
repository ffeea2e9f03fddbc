/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A timer set is memory only: the child of a fork may go on with its copy, also when the thread
 * that used it is not there any more.
 *
 * zg: expect silent
 */
#include <pthread.h>

#include "life.h"

static void *timers;

static void fired(int id, void *arg)
{
    (void)id;
    ++*(int *)arg;
}

static void *worker(void *arg)
{
    CHECK(zmq_timers_add(timers, 1, fired, arg) == 1);
    return NULL;
}

int main(void)
{
    static int count;
    pthread_t thread;
    pid_t child;

    timers = zmq_timers_new();
    CHECK(pthread_create(&thread, NULL, worker, &count) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    child = fork();
    while (count == 0)
        CHECK(zmq_timers_execute(timers) == 0);
    CHECK(zmq_timers_destroy(&timers) == 0);
    if (child == 0)
        _exit(0);
    life_end_as(child);
}
