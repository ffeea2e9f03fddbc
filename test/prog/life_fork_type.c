/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A child asks the socket that its parent made for its type, as destructors do that want to know
 * whether there is something to close.
 *
 * zg: expect silent
 */
#include "life.h"

static int type_of(void *socket)
{
    int type = -1;
    size_t len = sizeof(type);

    CHECK(zmq_getsockopt(socket, ZMQ_TYPE, &type, &len) == 0);
    return type;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    pid_t child = fork();

    CHECK(type_of(socket) == ZMQ_PUSH);
    CHECK(zmq_close(socket) == 0);
    if (child == 0)
        _exit(0);
    CHECK(zmq_ctx_term(context) == 0);
    life_end_as(child);
}
