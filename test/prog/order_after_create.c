/* SPDX-License-Identifier: MPL-2.0 */
/* The socket goes to a new thread, in order; but its creator uses it once more.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

static void *run(void *socket)
{
    use(socket);
    reached(1);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    use(socket);
    pthread_create(&thread, NULL, run, socket);
    await(1);
    use(socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
