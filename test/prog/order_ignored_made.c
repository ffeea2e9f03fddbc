/* SPDX-License-Identifier: MPL-2.0 */
/* A socket that was made within ZMQGUARD_IGNORE_BEGIN/END is guarded like any other.
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls */
#include "order.h"
#include "zmqguard.h"

static void *run(void *socket)
{
    await(1);
    use(socket);
    reached(2);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket;
    pthread_t thread;

    ZMQGUARD_IGNORE_BEGIN();
    socket = make_socket(context);
    ZMQGUARD_IGNORE_END();
    CHECK(pthread_create(&thread, NULL, run, socket) == 0);
    use(socket);
    reached(1);
    await(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
