/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* Every address, but by the loopback device only. Without the right to say so: a loopback address.
 */
#include "ipc.h"

#ifndef ZMQ_BINDTODEVICE
#define ZMQ_BINDTODEVICE 92
#endif

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    const char *uri = "tcp://127.0.0.1:*";

    if (zmq_setsockopt(pull, ZMQ_BINDTODEVICE, "lo", 2) == 0)
        uri = "tcp://0.0.0.0:*";
    if (zmq_bind(pull, uri) != 0)
        CHECK(errno == EPERM); /* the kernel's word, not ours */
    ipc_end(context, pull);
    return 0;
}
