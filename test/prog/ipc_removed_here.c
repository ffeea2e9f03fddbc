/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: runs 20
/* A server that takes its own file away, as many do before they end: nothing to say. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int fd;

    umask(022);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_exchange(context, pull, "ipc://x");
    CHECK(unlink("x") == 0);
    fd = ipc_listen("x"); /* and puts something else in its place */
    ipc_end(context, pull);
    close(fd);
    return 0;
}
