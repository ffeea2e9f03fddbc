/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-abstract
// zg: runs 20
// zg: report any local user in the network namespace can connect
/* An abstract name has no permissions at all. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    char uri[64];

    umask(077);
    snprintf(uri, sizeof(uri), "ipc://@zg-test-%d", getpid());
    CHECK(zmq_bind(pull, uri) == 0);
    ipc_exchange(context, pull, uri);
    ipc_end(context, pull);
    return 0;
}
