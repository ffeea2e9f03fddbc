/* SPDX-License-Identifier: MPL-2.0 */
/* The context is terminated while the owner of a socket waits in zmq_recv(); the owner closes it.
 * zg: expect silent
 * zg: runs 100 */
#include <errno.h>

#include "order.h"

static void *context;

static void *owner(void *unused)
{
    void *socket = zmq_socket(context, ZMQ_PULL);
    char byte;

    zmq_bind(socket, "inproc://never");
    reached(1);
    CHECK(zmq_recv(socket, &byte, 1, 0) == -1 && errno == ETERM);
    zmq_close(socket);
    return unused;
}

int main(void)
{
    pthread_t thread;

    context = zmq_ctx_new();
    pthread_create(&thread, NULL, owner, NULL);
    await(1);
    CHECK(zmq_ctx_term(context) == 0);
    pthread_join(thread, NULL);
    return 0;
}
