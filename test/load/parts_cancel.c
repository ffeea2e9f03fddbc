/* SPDX-License-Identifier: MPL-2.0 */
/* Threads that are cancelled while they wait, in a program that has no need for libdl. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t started, never;

static void clean(void *unused)
{
    (void)unused;
    puts("clean");
    pthread_mutex_unlock(&mutex);
}

static void *in_cond(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(clean, NULL);
    sem_post(&started);
    for (;;)
        pthread_cond_wait(&cond, &mutex);
    pthread_cleanup_pop(0);
    return unused;
}

static void *in_sem(void *unused)
{
    sem_post(&started);
    sem_wait(&never);
    return unused;
}

static int cancel(void *(*run)(void *))
{
    pthread_t thread;
    void *result = NULL;

    if (pthread_create(&thread, NULL, run, NULL) != 0)
        return 1;
    sem_wait(&started);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    return result == PTHREAD_CANCELED ? 0 : 1;
}

int main(void)
{
    sem_init(&started, 0, 0);
    sem_init(&never, 0, 0);
    return cancel(in_cond) + cancel(in_sem);
}
