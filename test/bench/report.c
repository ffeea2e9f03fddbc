/* SPDX-License-Identifier: MPL-2.0 */
/* report: milliseconds that the first report takes: a call by another thread, in log mode. */
#include <pthread.h>
#include <zmq.h>

#include "bench.h"

static void *shared;

static void *intrude(void *unused)
{
    double start = bench_wall();
    char byte;

    zmq_recv(shared, &byte, 1, ZMQ_DONTWAIT);
    printf("%.4f\n", (bench_wall() - start) / 1e6);
    return unused;
}

static void *use(void *unused)
{
    char byte;

    zmq_recv(shared, &byte, 1, ZMQ_DONTWAIT);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[2];

    shared = zmq_socket(context, ZMQ_PULL);
    pthread_create(&threads[0], NULL, use, NULL);
    pthread_create(&threads[1], NULL, intrude, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    zmq_close(shared);
    zmq_ctx_term(context);
    return 0;
}
