/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: report calling chmod
// zg: report run/s has mode 0777
/* The mode is widened by the name that the directory was given after the bind. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(077);
    CHECK(mkdir("new", 0700) == 0);
    CHECK(zmq_bind(pull, "ipc://new/s") == 0);
    CHECK(rename("new", "run") == 0);
    CHECK(chmod("run/s", 0777) == 0);
    ipc_end(context, pull);
    return 0;
}
