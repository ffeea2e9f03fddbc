/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sync TIMES own|shared|mixed|cond|sem|inproc [bare|pinned]: synchronisation in a process that has
 * a zmq socket (with "bare": that has none).
 *
 *   own      lock and unlock of a mutex that only this thread uses
 *   shared   the same of one that four threads use in turn
 *   mixed    of two threads, each on a mutex of its own, and every 16th time on a common one
 *   cond     hand-over to another thread and back by mutex and condition variable
 *   sem      the same by two semaphores
 *   inproc   the same by messages over an inproc PAIR
 *
 * With "pinned" all threads run on one processor. A hand-over between two is mostly the waking of
 * one that sleeps, which takes tens of microseconds in a virtual machine, and varies by more than
 * the guard costs; on one it is a switch from thread to thread.
 */
#include <pthread.h>
#include <sched.h>
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

static void *lock_own_and_common(void *unused)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

    for (long i = 0; i < times; i++) {
        pthread_mutex_t *m = i % 16 == 0 ? &mutex : &own;

        pthread_mutex_lock(m);
        pthread_mutex_unlock(m);
    }
    return unused;
}

static void lock_mine_and_common(void)
{
    lock_own_and_common(NULL);
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

static void *ends[2];

static void *echo(void *unused)
{
    char bytes[8];

    for (long i = 0; i < times; i++) {
        zmq_recv(ends[1], bytes, sizeof(bytes), 0);
        zmq_send(ends[1], bytes, sizeof(bytes), 0);
    }
    return unused;
}

static void send_and_wait(void)
{
    char bytes[8] = "";

    for (long i = 0; i < times; i++) {
        zmq_send(ends[0], bytes, sizeof(bytes), 0);
        zmq_recv(ends[0], bytes, sizeof(bytes), 0);
    }
}

static void inproc_turns(void *context)
{
    for (int i = 0; i < 2; i++)
        MUST((ends[i] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    MUST(zmq_bind(ends[0], "inproc://turns") == 0);
    MUST(zmq_connect(ends[1], "inproc://turns") == 0);
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

static void stay_on_one_processor(void)
{
    int here = sched_getcpu();
    cpu_set_t one;

    MUST(here >= 0);
    CPU_ZERO(&one);
    CPU_SET((unsigned)here, &one);
    MUST(sched_setaffinity(0, sizeof(one), &one) == 0);
}

int main(int argc, char **argv)
{
    const char *what = bench_word(argc, argv, 2, "own");
    void *context = NULL, *socket = NULL;
    double start;

    times = bench_number(argc, argv, 1, 1000000);
    if (strcmp(bench_word(argc, argv, 3, ""), "pinned") == 0)
        stay_on_one_processor();
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
    } else if (strcmp(what, "mixed") == 0) {
        bench_print(run(lock_own_and_common, 1, lock_mine_and_common), 2 * times);
    } else if (strcmp(what, "inproc") == 0) {
        inproc_turns(context);
        bench_print(run(echo, 1, send_and_wait), times);
        zmq_close(ends[0]);
        zmq_close(ends[1]);
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
