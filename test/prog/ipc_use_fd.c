/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: runs 20
// zg: report fix:  SocketMode=0600
/* A listening descriptor made by somebody else (systemd) whose file is open to all. */
#include "ipc.h"

#ifndef ZMQ_USE_FD
#define ZMQ_USE_FD 89
#endif

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int fd;

    umask(0111);
    fd = ipc_listen("x");
    CHECK(zmq_setsockopt(pull, ZMQ_USE_FD, &fd, sizeof(fd)) == 0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
