/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-unlink-foreign
// zg: runs 20
// zg: report is about to remove x, at which a process listens
/* zmq_bind() would take the name of a server that runs, here another process. */
#include "ipc.h"

int main(void)
{
    void *context, *pull;
    int ready[2], end[2];
    char c;

    CHECK(pipe(ready) == 0 && pipe(end) == 0);
    if (fork() == 0) {
        close(end[1]);
        (void)ipc_listen("x");
        CHECK(write(ready[1], "r", 1) == 1);
        _exit(read(end[0], &c, 1) != 0); /* until the other one is gone */
    }
    CHECK(read(ready[0], &c, 1) == 1);
    umask(022);
    context = zmq_ctx_new();
    pull = ipc_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_end(context, pull);
    return 0;
}
