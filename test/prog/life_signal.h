/* SPDX-License-Identifier: MPL-2.0 */
/* What the programs do whose handlers jump out of synchronisation. */
#ifndef TEST_PROG_LIFE_SIGNAL_H
#define TEST_PROG_LIFE_SIGNAL_H

#include <pthread.h>
#include <semaphore.h>

#include "life.h"

static inline void live_and_die(void)
{
    pthread_mutex_t own;
    sem_t sem;

    pthread_mutex_init(&own, NULL);
    pthread_mutex_lock(&own);
    pthread_mutex_unlock(&own);
    pthread_mutex_destroy(&own);
    sem_init(&sem, 0, 0);
    sem_post(&sem);
    sem_wait(&sem);
    sem_destroy(&sem);
}

#endif
