/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: runs 20
// zg: report the file of ipc://x is world-writable
/* The mode is widened after the bind in a way that no hook sees: found when a peer comes. */
#include "ipc.h"

#include <fcntl.h>
#include <sys/syscall.h>

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(syscall(SYS_fchmodat, AT_FDCWD, "x", 0777) == 0);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
