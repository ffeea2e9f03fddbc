/* SPDX-License-Identifier: MPL-2.0 */
/* A worker sets an option early; main sends later, without having joined it.
 * zg: expect cross-thread-use
 * zg: runs 20
 * zg: report zmq_setsockopt */
#include "order.h"

static void *worker(void *socket)
{
    int none = 0;

    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &none, sizeof(none));
    reached(1);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, worker, socket);
    await(1);
    usleep(20000);
    use(socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
