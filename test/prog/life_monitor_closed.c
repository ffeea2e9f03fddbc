/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A monitor is asked for on a closed socket. (On an open one it is no use of the socket: any thread
 * may ask.)
 *
 * zg: expect use-after-close
 * zg: report zmq_socket_monitor\(\) on a PAIR socket that was closed
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    zmq_close(socket);
    zmq_socket_monitor(socket, "inproc://monitor", ZMQ_EVENT_ALL);
    zmq_ctx_term(context);
    return 0;
}
