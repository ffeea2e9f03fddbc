/* SPDX-License-Identifier: MPL-2.0 */
// zg: options harden=0600
// zg: expect silent
// zg: bare 1
/* The file of a thread-safe socket is born as narrow as any under harden=. */
#include "ipc.h"

#define SERVER 12 /* ZMQ_SERVER, of the draft API */

int main(void)
{
    void *context = zmq_ctx_new();
    void *server = zmq_socket(context, SERVER);
    struct stat st;

    if (server == NULL)
        server = ipc_socket(context, ZMQ_PULL);
    umask(0);
    CHECK(zmq_bind(server, "ipc://x") == 0);
    CHECK(stat("x", &st) == 0);
    ipc_end(context, server);
    return (st.st_mode & 0777) != 0600;
}
