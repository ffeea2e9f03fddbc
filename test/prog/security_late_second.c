/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning security-late
/* One of two endpoints ended; the other one still goes without. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int one = 1;
    char uri[64];
    size_t len = sizeof(uri);

    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, uri, &len) == 0);
    CHECK(zmq_unbind(pull, uri) == 0);
    CHECK(zmq_setsockopt(pull, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0);
    ipc_end(context, pull);
    return 0;
}
