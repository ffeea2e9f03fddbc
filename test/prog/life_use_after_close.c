/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A message is sent on a closed socket, which libzmq has freed for certain: its context is gone,
 * and zmq_ctx_term() waits for that.
 *
 * zg: expect use-after-close
 * zg: report zmq_send\(\) on a PAIR socket that was closed
 * zg: runs 20
 * zg: bare any
 */
#include <zmq.h>

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    zmq_close(socket);
    zmq_ctx_term(context);
    zmq_send(socket, "late", 4, ZMQ_DONTWAIT);
    return 0;
}
