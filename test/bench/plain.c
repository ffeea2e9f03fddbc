/* SPDX-License-Identifier: MPL-2.0 */
/*
 * plain TIMES: 16 threads that never touch zmq: a shared map under a mutex, some arithmetic, a
 * barrier now and then. The cost of one step.
 */
#include <pthread.h>

#include "bench.h"

enum { THREADS = 16, SLOTS = 1024 };

static long times;
static pthread_mutex_t locks[SLOTS];
static uint64_t values[SLOTS];
static pthread_barrier_t barrier;

static void *work(void *seed)
{
    uint64_t x = (uint64_t)(uintptr_t)seed * 2654435761u + 1;

    for (long i = 0; i < times; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        pthread_mutex_lock(&locks[x % SLOTS]);
        values[x % SLOTS] += x;
        pthread_mutex_unlock(&locks[x % SLOTS]);
        if (i % 10000 == 0)
            pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    double start;

    times = bench_number(argc, argv, 1, 100000);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < SLOTS; i++)
        pthread_mutex_init(&locks[i], NULL);
    start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    bench_print(bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start, times * THREADS);
    return 0;
}
