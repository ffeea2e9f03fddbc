/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sync TIMES own|shared|cond|sem [bare]: synchronisation in a process that has a zmq socket (with
 * "bare": that has none).
 *   own      lock and unlock of a mutex that only this thread uses
 *   shared   the same of one that four threads use in turn
 *   cond     hand-over to another thread and back by mutex and condition variable
 *   sem      the same by two semaphores
 */
#include <pthread.h>
#include <semaphore.h>
#include <zmq.h>

#include "bench.h"

static long times;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;
static sem_t ping, pong;

static void *lock_and_unlock(void *unused)
{
    for (long i = 0; i < times; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

static void take_turns(int mine)
{
    pthread_mutex_lock(&mutex);
    for (long i = 0; i < times; i++) {
        while (turn != mine)
            pthread_cond_wait(&turned, &mutex);
        turn = !mine;
        pthread_cond_signal(&turned);
    }
    pthread_mutex_unlock(&mutex);
}

static void *other_turn(void *unused)
{
    take_turns(1);
    return unused;
}

static void *answer(void *unused)
{
    for (long i = 0; i < times; i++) {
        sem_wait(&ping);
        sem_post(&pong);
    }
    return unused;
}

static double run(void *(*other)(void *), int others, void (*mine)(void))
{
    double start = bench_wall();
    pthread_t threads[8];

    for (int i = 0; i < others; i++)
        pthread_create(&threads[i], NULL, other, NULL);
    mine();
    for (int i = 0; i < others; i++)
        pthread_join(threads[i], NULL);
    return bench_wall() - start;
}

static void my_turn(void)
{
    take_turns(0);
}

static void ask(void)
{
    for (long i = 0; i < times; i++) {
        sem_post(&ping);
        sem_wait(&pong);
    }
}

static void my_locks(void)
{
    lock_and_unlock(NULL);
}

int main(int argc, char **argv)
{
    const char *what = bench_word(argc, argv, 2, "own");
    void *context = NULL, *socket = NULL;
    double start;

    times = bench_number(argc, argv, 1, 1000000);
    if (strcmp(bench_word(argc, argv, 3, ""), "bare") != 0) {
        context = zmq_ctx_new();
        socket = zmq_socket(context, ZMQ_PAIR);
    }
    if (strcmp(what, "own") == 0) {
        start = bench_cpu();
        lock_and_unlock(NULL);
        bench_print(bench_cpu() - start, times);
    } else if (strcmp(what, "shared") == 0) {
        bench_print(run(lock_and_unlock, 3, my_locks), 4 * times);
    } else if (strcmp(what, "cond") == 0) {
        bench_print(run(other_turn, 1, my_turn), times);
    } else {
        sem_init(&ping, 0, 0);
        sem_init(&pong, 0, 0);
        bench_print(run(answer, 1, ask), times);
    }
    if (context != NULL) {
        zmq_close(socket);
        zmq_ctx_term(context);
    }
    return 0;
}
