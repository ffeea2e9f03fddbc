/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* mkstemp() for a name that is free: the file is empty and the program's own. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    char path[] = "nameXXXXXX", uri[32];
    int fd;

    umask(077);
    fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    snprintf(uri, sizeof(uri), "ipc://%s", path);
    CHECK(zmq_bind(pull, uri) == 0);
    ipc_end(context, pull);
    return 0;
}
