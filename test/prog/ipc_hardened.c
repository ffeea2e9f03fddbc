/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: options harden=0600
// zg: runs 20
// zg: bare 4
/* harden=: born with at most that mode, whatever the umask is. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    struct stat st;

    umask(0);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(stat("x", &st) == 0);
    if ((st.st_mode & 0777) != 0600)
        return 4;
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}
