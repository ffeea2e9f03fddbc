/* SPDX-License-Identifier: MPL-2.0 */
/* A socket that was made within ZMQGUARD_IGNORE_BEGIN/END is guarded like any other.
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls */
#include "order.h"
#include "zmqguard.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket;

    ZMQGUARD_IGNORE_BEGIN();
    socket = make_socket(context);
    ZMQGUARD_IGNORE_END();
    use_one_after_the_other(context, socket);
    return 0;
}
