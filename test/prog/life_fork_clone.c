/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child made by the bare system call, past every pthread_atfork handler, uses its parent's
 * socket.
 *
 * zg: expect use-after-fork
 * zg: report process [0-9]+ made this one by _Fork\(\) or clone\(\)
 * zg: runs 20
 */
#include <sys/syscall.h>

#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child;

    zmq_bind(socket, "inproc://x");
    child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
        _exit(0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    life_end_as(child);
}
