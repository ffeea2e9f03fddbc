/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child sends on its parent's socket.
 *
 * zg: expect use-after-fork
 * zg: report zmq_send\(\) on a PUSH socket that the parent process made
 * zg: report forked by the main thread .*from process [0-9]+
 * zg: report socket S1 PUSH.* created by the main thread
 * zg: runs 20
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child;

    CHECK(zmq_bind(socket, "tcp://127.0.0.1:*") == 0);
    child = fork();
    if (child == 0) {
        zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
        _exit(0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    life_end_as(child);
}
