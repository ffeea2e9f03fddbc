/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-unlink-foreign
// zg: runs 20
// zg: report at which a process listens
/* Two sockets of one process at one path: the second takes the first one's name away. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *one = ipc_socket(context, ZMQ_PULL);
    void *two = ipc_socket(context, ZMQ_PULL);

    umask(022);
    CHECK(zmq_bind(one, "ipc://x") == 0);
    CHECK(zmq_bind(two, "ipc://x") == 0);
    CHECK(zmq_close(one) == 0);
    ipc_end(context, two);
    return 0;
}
