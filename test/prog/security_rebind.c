/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* An endpoint that ended needs no keys: they are in time for the next one. */
#include "ipc.h"

static void resolved(void *socket, char *uri, size_t cap)
{
    CHECK(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, uri, &cap) == 0);
}

static void secure(void *socket)
{
    char public_key[41], secret_key[41];
    int one = 1;

    CHECK(zmq_curve_keypair(public_key, secret_key) == 0);
    CHECK(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0);
    CHECK(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 40) == 0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    void *push = ipc_socket(context, ZMQ_PUSH);
    char uri[64];

    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    resolved(pull, uri, sizeof(uri));
    CHECK(zmq_unbind(pull, uri) == 0);
    secure(pull);
    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_connect(push, uri) == 0);
    CHECK(zmq_connect(push, "tcp://localhost:9") == 0);
    CHECK(zmq_disconnect(push, uri) == 0);
    CHECK(zmq_disconnect(push, "tcp://localhost:9") == 0);
    secure(push);
    CHECK(zmq_close(push) == 0);
    ipc_end(context, pull);
    return 0;
}
