/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child closes its parent's socket, which is allowed, and then again.
 *
 * zg: expect double-close
 * zg: bare any
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child = fork();

    if (child == 0) {
        zmq_close(socket);
        zmq_close(socket);
        _exit(0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    life_end_as(child);
}
