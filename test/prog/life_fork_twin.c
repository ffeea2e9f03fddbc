/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child closes what it inherited, stops the parent's context, makes its own and sends to the
 * parent, which goes on with its sockets. As libzmq's own tests/test_fork.cpp.
 *
 * zg: expect silent
 * zg: runs 5
 */
#include "life.h"

static void in_child(void *inherited, void *parents, const char *endpoint)
{
    void *context;
    void *socket;
    int value = 0;

    CHECK(zmq_close(inherited) == 0);
    zmq_ctx_term(parents);
    context = zmq_ctx_new();
    socket = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_setsockopt(socket, ZMQ_RCVTIMEO, &value, sizeof(value)) == 0);
    CHECK(zmq_connect(socket, endpoint) == 0);
    for (int i = 0; i < 5; i++)
        CHECK(zmq_send(socket, "hello", 5, 0) == 5);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    exit(0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PULL);
    char endpoint[64];
    size_t len = sizeof(endpoint);
    char text[8];
    pid_t child;

    CHECK(zmq_bind(socket, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &len) == 0);
    child = fork();
    if (child == 0)
        in_child(socket, context, endpoint);
    for (int i = 0; i < 5; i++)
        CHECK(zmq_recv(socket, text, sizeof(text), 0) == 5);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    life_end_as(child);
}
