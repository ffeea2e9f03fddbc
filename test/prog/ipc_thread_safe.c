/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: report the file of ipc://x is world-writable
/* Thread-safe sockets belong to no thread, but have files like others. A libzmq without drafts has
 * none: then an ordinary one. */
#include "ipc.h"

#define SERVER 12 /* ZMQ_SERVER, of the draft API */

int main(void)
{
    void *context = zmq_ctx_new();
    void *server = zmq_socket(context, SERVER);

    if (server == NULL)
        server = ipc_socket(context, ZMQ_PULL);
    umask(0);
    CHECK(zmq_bind(server, "ipc://x") == 0);
    ipc_end(context, server);
    return 0;
}
