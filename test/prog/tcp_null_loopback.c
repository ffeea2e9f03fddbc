/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning tcp-null-loopback
// zg: options tcp-null-loopback=warning
/* A loopback port has no owner: said when asked for. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    ipc_end(context, pull);
    return 0;
}
