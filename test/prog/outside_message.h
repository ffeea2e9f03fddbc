/* SPDX-License-Identifier: MPL-2.0 */
/* For outside_ipc and outside_tcp: a socket that is handed over by a message to ENDPOINT. */
#ifndef TEST_PROG_OUTSIDE_MESSAGE_H
#define TEST_PROG_OUTSIDE_MESSAGE_H

#include "outside.h"

static void *out;
static char endpoint[128];

static void prepare(void *context)
{
    size_t len = sizeof(endpoint);

    out = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_bind(out, ENDPOINT) == 0);
    CHECK(zmq_getsockopt(out, ZMQ_LAST_ENDPOINT, endpoint, &len) == 0);
}

static void give(void *socket)
{
    static int times;

    CHECK(zmq_send(out, &socket, sizeof(socket), 0) == sizeof(socket));
    if (++times == ROUNDS)
        zmq_close(out);
}

static void *take(void *context)
{
    static void *in;
    static int times;
    void *socket;

    if (in == NULL) {
        in = zmq_socket(context, ZMQ_PULL);
        CHECK(zmq_connect(in, endpoint) == 0);
    }
    CHECK(zmq_recv(in, &socket, sizeof(socket), 0) == sizeof(socket));
    if (++times == ROUNDS)
        zmq_close(in);
    return took(socket);
}

int main(void)
{
    hand_over();
    return 0;
}

#endif
