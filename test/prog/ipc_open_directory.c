/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-parent-writable
// zg: runs 20
// zg: report any local user can replace the file: .*/d has mode 0777
// zg: report /d: directory, mode 0777.*<-
/* In a world-writable directory without sticky bit anyone can replace the file. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(022);
    CHECK(mkdir("d", 0700) == 0 && chmod("d", 0777) == 0);
    CHECK(zmq_bind(pull, "ipc://d/x") == 0);
    ipc_exchange(context, pull, "ipc://d/x");
    ipc_end(context, pull);
    return 0;
}
