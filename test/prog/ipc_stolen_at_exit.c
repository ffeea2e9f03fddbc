/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-replaced
/* Another process takes the name away; the process ends without closing anything. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int status;

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0) {
        (void)ipc_listen("y");
        _exit(rename("y", "x"));
    }
    CHECK(wait(&status) > 0 && status == 0);
    exit(0);
}
