/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: runs 20
/* Narrowing what was private anyway is no window. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(022);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(chmod("x", 0600) == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
