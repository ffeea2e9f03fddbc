/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* Loopback, CURVE, NULL behind a ZAP handler, new keys before the next server: nothing to say. */
#include "ipc.h"

static void *context;

static void *curve(int type)
{
    void *s = ipc_socket(context, type);
    char public[41], secret[41];
    int one = 1;

    CHECK(zmq_curve_keypair(public, secret) == 0);
    CHECK(zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, public, 41) == 0);
    CHECK(zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, secret, 41) == 0);
    if (type == ZMQ_PULL)
        CHECK(zmq_setsockopt(s, ZMQ_CURVE_SERVER, &one, sizeof(one)) == 0);
    else
        CHECK(zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, public, 41) == 0);
    return s;
}

int main(void)
{
    void *zap, *loopback, *server, *client, *null;
    char public[41], secret[41];

    context = zmq_ctx_new();
    zap = ipc_socket(context, ZMQ_REP);
    CHECK(zmq_bind(zap, "inproc://zeromq.zap.01") == 0);
    loopback = ipc_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(loopback, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_bind(loopback, "inproc://x") == 0);
    server = curve(ZMQ_PULL);
    CHECK(zmq_bind(server, "tcp://0.0.0.0:*") == 0);
    client = curve(ZMQ_PUSH);
    CHECK(zmq_connect(client, "tcp://127.0.0.1:9") == 0);
    CHECK(zmq_curve_keypair(public, secret) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, public, 41) == 0);
    CHECK(zmq_connect(client, "tcp://127.0.0.1:19") == 0);
    null = ipc_socket(context, ZMQ_PULL);
    CHECK(zmq_setsockopt(null, ZMQ_ZAP_DOMAIN, "global", 6) == 0);
    CHECK(zmq_bind(null, "tcp://0.0.0.0:*") == 0);
    CHECK(zmq_close(null) == 0 && zmq_close(client) == 0 && zmq_close(server) == 0);
    CHECK(zmq_close(loopback) == 0);
    ipc_end(context, zap);
    return 0;
}
