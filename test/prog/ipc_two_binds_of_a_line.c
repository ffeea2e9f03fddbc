/* SPDX-License-Identifier: MPL-2.0 */
// zg: options on_error=log
// zg: expect ipc-world-writable
// zg: exit 0
// zg: report the file of ipc://a is world-writable
// zg: report the file of ipc://b is world-writable
// zg: report ipc-world-writable:\^ipc://b\$
/* Two endpoints that are bound at one line are two findings. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    static const char *const uris[] = {"ipc://a", "ipc://b"};

    umask(0);
    for (int i = 0; i < 2; i++)
        CHECK(zmq_bind(pull, uris[i]) == 0);
    ipc_end(context, pull);
    return 0;
}
