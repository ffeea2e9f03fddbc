/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning plain-public
// zg: report-not tcp-null-public
/* PLAIN on a public port: passwords cross the network in clear. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int one = 1;

    CHECK(zmq_setsockopt(pull, ZMQ_PLAIN_SERVER, &one, sizeof(one)) == 0);
    CHECK(zmq_bind(pull, "tcp://0.0.0.0:*") == 0);
    ipc_end(context, pull);
    return 0;
}
