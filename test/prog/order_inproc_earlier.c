/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The other thread knows what the first released when it bound the socket, for it was created
 * after that; it knows nothing of the message that the first has sent since.
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls
 */
#include "order.h"

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
    void *socket = make_socket(context);
    pthread_t thread;

    CHECK(zmq_bind(socket, "inproc://earlier") == 0);
    CHECK(pthread_create(&thread, NULL, run, socket) == 0);
    use(socket);
    reached(1);
    await(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
