/* SPDX-License-Identifier: MPL-2.0 */
/* memory SOCKETS [inproc]: kilobytes of private memory once SOCKETS sockets have sent or received;
 * with "inproc" each pair of them by an inproc endpoint of its own. */
#include <stdbool.h>
#include <zmq.h>

#include "bench.h"

static long private_kilobytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    long total = 0, part;
    char line[256];

    MUST(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "Private_Dirty: %ld", &part) == 1)
            total += part;
    fclose(file);
    return total;
}

/* A pair as PAIRs at one name, in use. */
static void join_ends(void *a, void *b, long number)
{
    char endpoint[64];
    char bytes[8] = "";

    snprintf(endpoint, sizeof(endpoint), "inproc://%ld", number);
    MUST(zmq_bind(a, endpoint) == 0 && zmq_connect(b, endpoint) == 0);
    MUST(zmq_send(a, bytes, sizeof(bytes), 0) == 8 && zmq_recv(b, bytes, sizeof(bytes), 0) == 8);
    MUST(zmq_send(b, bytes, sizeof(bytes), 0) == 8 && zmq_recv(a, bytes, sizeof(bytes), 0) == 8);
}

int main(int argc, char **argv)
{
    long count = bench_number(argc, argv, 1, 1);
    void *context = zmq_ctx_new(), **sockets = calloc((size_t)count, sizeof(*sockets));
    bool inproc = strcmp(bench_word(argc, argv, 2, ""), "inproc") == 0;
    int now = ZMQ_DONTWAIT;
    char byte;

    bench_descriptors();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 20000);
    for (long i = 0; i < count; i++) {
        MUST((sockets[i] = zmq_socket(context, inproc ? ZMQ_PAIR : ZMQ_DEALER)) != NULL);
        if (inproc && i % 2 == 1)
            join_ends(sockets[i - 1], sockets[i], i);
        if (inproc)
            continue;
        zmq_recv(sockets[i], &byte, 1, now);
        zmq_send(sockets[i], &byte, 1, now);
    }
    printf("%ld\n", private_kilobytes());
    for (long i = 0; i < count; i++)
        zmq_close(sockets[i]);
    zmq_ctx_term(context);
    free(sockets);
    return 0;
}
