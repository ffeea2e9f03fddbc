/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One thread closes a socket, makes another at the same address, and closes the old handle again:
 * the value is the same, so the new socket is what is closed. Its rightful close is reported, with
 * the story.
 *
 * zg: expect double-close
 * zg: report the handle was that of S1 before, which the main thread closed
 * zg: runs 20
 */
#include "life_reuse.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *old = zmq_socket(context, ZMQ_PAIR);
    void *socket;

    CHECK(zmq_close(old) == 0);
    socket = life_socket_at(context, ZMQ_PAIR, old);
    zmq_close(old);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
