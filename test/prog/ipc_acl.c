/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-acl
// zg: runs 20
// zg: report uid 54321 can connect: ACL of .*/d/x, inherited
/* An ACL inherited from the directory lets another user connect, which no mode bit shows. */
#include "ipc.h"

#include <sys/xattr.h>

/* Default: u::rwx u:54321:rwx g::--- m::rwx o::--- */
static const unsigned char acl[] = {2,   0,   0,   0,    1,   0,    7,    0,   255, 255, 255,
                                    255, 2,   0,   7,    0,   0x31, 0xd4, 0,   0,   4,   0,
                                    0,   0,   255, 255,  255, 255,  0x10, 0,   7,   0,   255,
                                    255, 255, 255, 0x20, 0,   0,    0,    255, 255, 255, 255};

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(007);
    CHECK(mkdir("d", 0700) == 0);
    CHECK(setxattr("d", "system.posix_acl_default", acl, sizeof(acl), 0) == 0);
    CHECK(zmq_bind(pull, "ipc://d/x") == 0);
    ipc_exchange(context, pull, "ipc://d/x");
    ipc_end(context, pull);
    return 0;
}
