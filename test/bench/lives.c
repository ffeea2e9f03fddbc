/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lives TIMES mutex|sem|cond|rwlock: a whole life of such an object, from its initialisation by a
 * use to its destruction, in a process that has a zmq socket.
 */
#include <pthread.h>
#include <semaphore.h>
#include <zmq.h>

#include "bench.h"

static void mutex_life(void)
{
    pthread_mutex_t m;

    pthread_mutex_init(&m, NULL);
    pthread_mutex_lock(&m);
    pthread_mutex_unlock(&m);
    pthread_mutex_destroy(&m);
}

static void sem_life(void)
{
    sem_t s;

    sem_init(&s, 0, 0);
    sem_post(&s);
    sem_wait(&s);
    sem_destroy(&s);
}

static void cond_life(void)
{
    pthread_cond_t c;

    pthread_cond_init(&c, NULL);
    pthread_cond_signal(&c);
    pthread_cond_destroy(&c);
}

static void rwlock_life(void)
{
    pthread_rwlock_t l;

    pthread_rwlock_init(&l, NULL);
    pthread_rwlock_rdlock(&l);
    pthread_rwlock_unlock(&l);
    pthread_rwlock_wrlock(&l);
    pthread_rwlock_unlock(&l);
    pthread_rwlock_destroy(&l);
}

int main(int argc, char **argv)
{
    const char *what = bench_word(argc, argv, 2, "mutex");
    long times = bench_number(argc, argv, 1, 100000);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);
    void (*life)(void) = mutex_life;
    double start;

    if (strcmp(what, "sem") == 0)
        life = sem_life;
    else if (strcmp(what, "cond") == 0)
        life = cond_life;
    else if (strcmp(what, "rwlock") == 0)
        life = rwlock_life;
    for (long i = 0; i < 1000; i++)
        life();
    start = bench_cpu();
    for (long i = 0; i < times; i++)
        life();
    bench_print(bench_cpu() - start, times);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
