/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* Somebody tidied the directory up before the process ended without closing anything. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int status;

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0)
        _exit(unlink("x"));
    CHECK(wait(&status) > 0 && status == 0);
    exit(0);
}
