/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child terminates its parent's context until it does not fail with EINTR, as cppzmq does: it
 * always will. The first call is right, the second is the loop.
 *
 * zg: expect use-after-fork
 * zg: report zmq_ctx_term\(\) on a context that the parent process made
 * zg: report the call before has failed with EINTR
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
        CHECK(zmq_close(socket) == 0);
        for (int i = 0; i < 3; i++)
            CHECK(zmq_ctx_term(context) == -1 && errno == EINTR);
        _exit(0);
    }
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    life_end_as(child);
}
