/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: runs 20
// zg: report   any local user can connect: .*/x has mode 0777
// zg: report endpoint ipc://x, umask 0000 at bind
// zg: report fix:  umask\(0177\) around zmq_bind
// zg: report ^SUMMARY: libzmqguard: ipc-world-writable .*ipc_umask.c:[0-9]+ in main
// main|SUMMARY.*ipc_umask.c
/* libzmq binds with 0777 less the umask: with none every local user can connect. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
