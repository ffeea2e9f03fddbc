/* SPDX-License-Identifier: MPL-2.0 */
/* A socket that was closed within ZMQGUARD_IGNORE_BEGIN/END is closed.
 * zg: bare any
 * zg: expect use-after-close */
#include "life.h"
#include "zmqguard.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PULL);
    char text[4];

    ZMQGUARD_IGNORE_BEGIN();
    CHECK(zmq_close(socket) == 0);
    ZMQGUARD_IGNORE_END();
    (void)zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT);
    zmq_ctx_term(context);
    return 0;
}
