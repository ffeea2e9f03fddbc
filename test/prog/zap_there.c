/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* Handlers that go and come again before the bind. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *zap = ipc_socket(context, ZMQ_REP);
    void *pull = ipc_socket(context, ZMQ_PULL);

    CHECK(zmq_bind(zap, "inproc://zeromq.zap.01") == 0);
    CHECK(zmq_close(zap) == 0);
    CHECK(zmq_setsockopt(pull, ZMQ_ZAP_DOMAIN, "d", 1) == 0);
    /* The name is free once the reaper has seen to it. */
    zap = ipc_socket(context, ZMQ_REP);
    while (zmq_bind(zap, "inproc://zeromq.zap.01") != 0)
        CHECK(errno == EADDRINUSE);
    CHECK(zmq_bind(pull, "tcp://0.0.0.0:*") == 0);
    CHECK(zmq_close(zap) == 0);
    ipc_end(context, pull);
    return 0;
}
