/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket is closed twice.
 *
 * zg: expect double-close
 * zg: report by the main thread
 * zg: report socket S1 PAIR closed by the main thread
 * zg: runs 20
 */
#include <zmq.h>

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    zmq_close(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
