/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning security-on-inproc
/* CURVE has no effect on inproc. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int one = 1;

    CHECK(zmq_setsockopt(pull, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0);
    CHECK(zmq_bind(pull, "inproc://x") == 0);
    ipc_end(context, pull);
    return 0;
}
