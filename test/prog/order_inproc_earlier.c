/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The other thread knows what the first released when it bound the socket, for it was created
 * after that; it knows nothing of the message that the first has sent since.
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls
 */
#include "order.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);

    CHECK(zmq_bind(socket, "inproc://earlier") == 0);
    use_one_after_the_other(context, socket);
    return 0;
}
