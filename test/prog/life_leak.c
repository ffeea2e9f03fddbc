/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket and its context are open when the program ends.
 *
 * zg: expect warning leaked-socket
 * zg: options leaked-socket=warning
 * zg: report 1 socket and 1 context open at exit
 * zg: report socket S1 PAIR, bound inproc://x, created by the main thread, linger -1
 * zg: runs 20
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    CHECK(zmq_bind(socket, "inproc://x") == 0);
    return 0;
}
