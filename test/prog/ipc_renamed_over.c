/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* The application puts something else in the file's place on purpose. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    close(ipc_listen("y"));
    CHECK(rename("y", "x") == 0);
    ipc_end(context, pull);
    return 0;
}
