/* SPDX-License-Identifier: MPL-2.0 */
/* memory SOCKETS: kilobytes of private memory once SOCKETS sockets have sent or received. */
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

int main(int argc, char **argv)
{
    long count = bench_number(argc, argv, 1, 1);
    void *context = zmq_ctx_new(), **sockets = calloc((size_t)count, sizeof(*sockets));
    int now = ZMQ_DONTWAIT;
    char byte;

    bench_descriptors();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 20000);
    for (long i = 0; i < count; i++) {
        MUST((sockets[i] = zmq_socket(context, ZMQ_DEALER)) != NULL);
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
