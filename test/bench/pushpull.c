/* SPDX-License-Identifier: MPL-2.0 */
/* pushpull TIMES [SIZE]: messages of SIZE bytes from one thread's PUSH to another's PULL, inproc.
 */
#include <pthread.h>
#include <zmq.h>

#include "bench.h"

static void *context;
static long times;
static size_t size;

static void *pusher(void *unused)
{
    void *push = zmq_socket(context, ZMQ_PUSH);
    char *bytes = calloc(1, size);

    (void)unused;
    MUST(zmq_connect(push, "inproc://work") == 0);
    for (long i = 0; i < times; i++)
        MUST(zmq_send(push, bytes, size, 0) == (int)size);
    zmq_close(push);
    free(bytes);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    void *pull;
    char *bytes;
    double start;

    times = bench_number(argc, argv, 1, 1000000);
    size = (size_t)bench_number(argc, argv, 2, 8);
    bytes = malloc(size);
    context = zmq_ctx_new();
    pull = zmq_socket(context, ZMQ_PULL);
    MUST(zmq_bind(pull, "inproc://work") == 0);
    pthread_create(&thread, NULL, pusher, NULL);
    MUST(zmq_recv(pull, bytes, size, 0) == (int)size);
    start = bench_wall();
    for (long i = 1; i < times; i++)
        MUST(zmq_recv(pull, bytes, size, 0) == (int)size);
    bench_print(bench_wall() - start, times - 1);
    pthread_join(thread, NULL);
    zmq_close(pull);
    zmq_ctx_term(context);
    free(bytes);
    return 0;
}
