/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-unlink-foreign
// zg: runs 20
// zg: report is about to remove x, a regular file
// zg: report the file has 5 bytes
/* zmq_bind() would destroy a regular file: said before it does. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    FILE *f = fopen("x", "w");

    umask(022);
    CHECK(f != NULL && fputs("data\n", f) >= 0 && fclose(f) == 0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    ipc_end(context, pull);
    return 0;
}
