/* SPDX-License-Identifier: MPL-2.0 */
/*
 * All is closed; the twin of life_leak.c. A child that exits does not own what its parent made.
 *
 * zg: expect silent
 * zg: options leaked-socket=error
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pid_t child = fork();

    if (child == 0)
        exit(0);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    life_end_as(child);
}
