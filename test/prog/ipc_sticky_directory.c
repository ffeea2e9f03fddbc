/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: runs 20
/* In a sticky directory only the owner can replace the file. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(022);
    CHECK(mkdir("d", 0700) == 0 && chmod("d", 01777) == 0);
    CHECK(zmq_bind(pull, "ipc://d/x") == 0);
    ipc_exchange(context, pull, "ipc://d/x");
    ipc_end(context, pull);
    return 0;
}
