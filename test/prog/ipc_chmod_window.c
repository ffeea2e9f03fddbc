/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-chmod-window
// zg: options ipc-world-writable=off
// zg: runs 20
/* A mode that is narrowed after zmq_bind() leaves a window: who came before stays connected. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(chmod("x", 0600) == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
