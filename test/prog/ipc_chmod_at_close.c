/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: runs 5
// zg: report zmq_close
/* The mode is widened after the bind and no peer ever comes: found at the close. */
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
    ipc_end(context, pull);
    return 0;
}
