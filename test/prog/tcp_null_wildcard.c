/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning tcp-null-public
// zg: report tcp-null-public:\^tcp://\\x2a:\\x2a\$
/* The suppression that is offered names no port of this run. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    CHECK(zmq_bind(pull, "tcp://*:*") == 0);
    ipc_end(context, pull);
    return 0;
}
