/* SPDX-License-Identifier: MPL-2.0 */
/* poll TIMES [SOCKETS]: zmq_poll() over SOCKETS sockets, of which the last has a message. */
#include <zmq.h>

#include "bench.h"

int main(int argc, char **argv)
{
    long times = bench_number(argc, argv, 1, 100000), count = bench_number(argc, argv, 2, 1);
    zmq_pollitem_t *items = calloc((size_t)count, sizeof(*items));
    void *context = zmq_ctx_new(), **peers = calloc((size_t)count, sizeof(*peers));
    char endpoint[64];
    double start;

    bench_descriptors();
    for (long i = 0; i < count; i++) {
        snprintf(endpoint, sizeof(endpoint), "inproc://%ld", i);
        items[i].socket = zmq_socket(context, ZMQ_PAIR);
        items[i].events = ZMQ_POLLIN;
        peers[i] = zmq_socket(context, ZMQ_PAIR);
        MUST(zmq_bind(peers[i], endpoint) == 0);
        MUST(zmq_connect(items[i].socket, endpoint) == 0);
    }
    MUST(zmq_send(peers[count - 1], "", 0, 0) == 0);
    MUST(zmq_poll(items, (int)count, -1) == 1);
    start = bench_cpu();
    for (long i = 0; i < times; i++)
        zmq_poll(items, (int)count, -1);
    bench_print(bench_cpu() - start, times);
    for (long i = 0; i < count; i++) {
        zmq_close(items[i].socket);
        zmq_close(peers[i]);
    }
    zmq_ctx_term(context);
    free(items);
    free(peers);
    return 0;
}
