/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-replaced
// zg: runs 20
/* Somebody else takes the path while the server runs: no new peer will reach it. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int status;

    umask(022);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0) {
        CHECK(unlink("x") == 0);
        (void)ipc_listen("x");
        _exit(0);
    }
    CHECK(wait(&status) > 0 && status == 0);
    ipc_end(context, pull);
    return 0;
}
