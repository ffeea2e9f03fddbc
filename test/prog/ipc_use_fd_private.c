/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: runs 20
/* A listening descriptor made by somebody else, private: nothing to say. */
#include "ipc.h"

#ifndef ZMQ_USE_FD
#define ZMQ_USE_FD 89
#endif

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int fd;

    umask(0177);
    fd = ipc_listen("x");
    CHECK(zmq_setsockopt(pull, ZMQ_USE_FD, &fd, sizeof(fd)) == 0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
