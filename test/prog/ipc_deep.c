/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: report mode 0777
/* Thirty directories down, and up again: the file is looked at. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    char uri[112] = "ipc://";

    umask(022);
    for (int i = 0; i < 14; i++) {
        strcat(uri, "d/");
        CHECK(mkdir(uri + 6, 0755) == 0);
    }
    for (int i = 0; i < 5; i++)
        strcat(uri, "../d/");
    strcat(uri, "s");
    umask(0);
    CHECK(zmq_bind(pull, uri) == 0);
    ipc_end(context, pull);
    return 0;
}
