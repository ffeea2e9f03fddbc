/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning tcp-null-public
// zg: report endpoint tcp://0.0.0.0:
/* A port that whoever reaches the machine can talk to. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    CHECK(zmq_bind(pull, "tcp://0.0.0.0:*") == 0);
    ipc_end(context, pull);
    return 0;
}
