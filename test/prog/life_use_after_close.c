/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A message is sent on a socket that was closed 50 ms ago: libzmq has freed it by then.
 *
 * zg: expect use-after-close
 * zg: report zmq_send\(\) on a PAIR socket that was closed
 * zg: runs 20
 * zg: bare any
 */
#include <unistd.h>
#include <zmq.h>

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    zmq_close(socket);
    usleep(50000);
    zmq_send(socket, "late", 4, ZMQ_DONTWAIT);
    zmq_ctx_term(context);
    return 0;
}
