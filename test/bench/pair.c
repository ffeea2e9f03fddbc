/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pair TIMES [SOCKETS [THREADS]]: zmq_send() and zmq_recv() of 8 bytes over an inproc PAIR in one
 * thread. Goes round through SOCKETS sockets (two a pair); THREADS threads in all have used a
 * socket of their own and wait meanwhile.
 */
#include <pthread.h>
#include <zmq.h>

#include "bench.h"

static void *context;
static pthread_barrier_t used, done;

static void make_pair(void *ends[2], long number)
{
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "inproc://%ld", number);
    MUST((ends[0] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    MUST((ends[1] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    MUST(zmq_bind(ends[0], endpoint) == 0);
    MUST(zmq_connect(ends[1], endpoint) == 0);
}

static void exchange(void *ends[2])
{
    char bytes[8] = "";

    zmq_send(ends[0], bytes, sizeof(bytes), 0);
    zmq_recv(ends[1], bytes, sizeof(bytes), 0);
}

static void *bystander(void *number)
{
    void *ends[2];

    make_pair(ends, (long)(intptr_t)number);
    exchange(ends);
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&done);
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    return NULL;
}

int main(int argc, char **argv)
{
    long times = bench_number(argc, argv, 1, 1000000);
    long pairs = (bench_number(argc, argv, 2, 2) + 1) / 2;
    long threads = bench_number(argc, argv, 3, 1), p = 0;
    void *(*ends)[2] = calloc((size_t)pairs, sizeof(*ends));
    pthread_t *others = calloc((size_t)threads, sizeof(*others));
    double start;

    bench_descriptors();
    context = zmq_ctx_new();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 20000);
    pthread_barrier_init(&used, NULL, (unsigned)threads);
    pthread_barrier_init(&done, NULL, (unsigned)threads);
    for (long i = 0; i < pairs; i++)
        make_pair(ends[i], i);
    for (long i = 1; i < threads; i++)
        MUST(pthread_create(&others[i], NULL, bystander, (void *)(intptr_t)(pairs + i)) == 0);
    pthread_barrier_wait(&used);
    for (long i = 0; i < pairs * 16; i++)
        exchange(ends[i % pairs]);
    start = bench_cpu();
    for (long i = 0; i < times; i++) {
        exchange(ends[p]);
        p = p + 1 < pairs ? p + 1 : 0;
    }
    bench_print(bench_cpu() - start, times);
    pthread_barrier_wait(&done);
    for (long i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
    for (long i = 0; i < pairs; i++) {
        zmq_close(ends[i][0]);
        zmq_close(ends[i][1]);
    }
    zmq_ctx_term(context);
    free(ends);
    free(others);
    return 0;
}
