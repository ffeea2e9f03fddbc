/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-world-writable
// zg: report zmq_close\(\) by the main thread
// zg: report bound inproc://999, .*, and 995 more
/* The last look at the file of a socket that has 1,000 more endpoints. */
#include <fcntl.h>
#include <sys/syscall.h>

#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pub = ipc_socket(context, ZMQ_PUB);
    char name[32];

    umask(077);
    CHECK(zmq_bind(pub, "ipc://x") == 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "inproc://%d", i);
        CHECK(zmq_bind(pub, name) == 0);
    }
    /* Not by a function of libc's, whose call would be noticed at once. */
    CHECK(syscall(SYS_fchmodat, AT_FDCWD, "x", 0777) == 0);
    CHECK(zmq_close(pub) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
