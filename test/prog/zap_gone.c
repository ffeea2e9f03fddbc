/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning tcp-null-public
// zg: report tcp://0.0.0.0:
/* The ZAP handler was there at the bind, and is gone when a peer comes: libzmq lets it in. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *zap = ipc_socket(context, ZMQ_REP);
    void *pull = ipc_socket(context, ZMQ_PULL);
    void *push = ipc_socket(context, ZMQ_PUSH);
    char uri[64], local[64], c;
    size_t len = sizeof(uri);

    CHECK(zmq_bind(zap, "inproc://zeromq.zap.01") == 0);
    CHECK(zmq_setsockopt(pull, ZMQ_ZAP_DOMAIN, "d", 1) == 0);
    CHECK(zmq_bind(pull, "tcp://0.0.0.0:*") == 0);
    CHECK(zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, uri, &len) == 0);
    CHECK(zmq_unbind(zap, "inproc://zeromq.zap.01") == 0);
    snprintf(local, sizeof(local), "tcp://127.0.0.1%s", strrchr(uri, ':'));
    CHECK(zmq_connect(push, local) == 0 && zmq_send(push, "x", 1, 0) == 1);
    CHECK(zmq_recv(pull, &c, 1, 0) == 1);
    CHECK(zmq_close(push) == 0 && zmq_close(zap) == 0);
    ipc_end(context, pull);
    return 0;
}
