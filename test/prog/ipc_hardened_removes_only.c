/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
// zg: options harden=0777
// zg: runs 5
/* harden= never gives access: the umask stays in force. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    struct stat st;

    umask(0177);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(stat("x", &st) == 0 && (st.st_mode & 0777) == 0600);
    ipc_end(context, pull);
    return 0;
}
