/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child made by _Fork(), which runs no handlers either; its child in turn uses the socket that
 * the grandparent made.
 *
 * zg: expect use-after-fork
 */
#include "life.h"

#if !__GLIBC_PREREQ(2, 34)
#define _Fork() (exit(77), -1)
#endif

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child;

    zmq_bind(socket, "inproc://x");
    child = _Fork();
    if (child == 0) {
        pid_t grandchild = fork();

        if (grandchild == 0) {
            zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
            _exit(0);
        }
        life_end_as(grandchild);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    life_end_as(child);
}
