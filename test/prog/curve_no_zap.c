/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning curve-no-zap
// zg: options curve-no-zap=warning
/* A CURVE server without a ZAP handler lets every client in: said when asked for. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    void *push = ipc_socket(context, ZMQ_PUSH);
    char public[41], secret[41], uri[256], c;
    size_t len = sizeof(uri);
    int one = 1;

    CHECK(zmq_curve_keypair(public, secret) == 0);
    CHECK(zmq_setsockopt(pull, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0);
    CHECK(zmq_setsockopt(pull, ZMQ_CURVE_SECRETKEY, secret, 41) == 0);
    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, uri, &len) == 0);
    CHECK(zmq_setsockopt(push, ZMQ_CURVE_SERVERKEY, public, 41) == 0);
    CHECK(zmq_curve_keypair(public, secret) == 0);
    CHECK(zmq_setsockopt(push, ZMQ_CURVE_PUBLICKEY, public, 41) == 0);
    CHECK(zmq_setsockopt(push, ZMQ_CURVE_SECRETKEY, secret, 41) == 0);
    CHECK(zmq_connect(push, uri) == 0);
    CHECK(zmq_send(push, "x", 1, 0) == 1);
    CHECK(zmq_recv(pull, &c, 1, 0) == 1);
    CHECK(zmq_close(push) == 0);
    ipc_end(context, pull);
    return 0;
}
