/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child makes a socket in its parent's context.
 *
 * zg: expect use-after-fork
 * zg: report zmq_socket\(\) on a context that the parent process made
 * zg: report context C1 created by the main thread
 * zg: runs 20
 * zg: bare any
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child = fork();

    if (child == 0) {
        zmq_socket(context, ZMQ_PUSH);
        _exit(0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    life_end_as(child);
}
