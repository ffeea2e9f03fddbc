/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: runs 20
// zg: report calling chmod
// zg: report #0 main .*ipc_chmod.c:|report #0 main.*ipc_chmod
// zg: report zmq_bind.. by the main thread
/* The mode is widened after the bind: seen at once, with the stack of who did it. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(chmod("x", 0777) == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
