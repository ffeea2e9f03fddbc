/* SPDX-License-Identifier: MPL-2.0 */
/* What policy=strict allows: a socket is made by one thread and adopted by another, which alone
 * sends; and is closed by whoever joined that one.
 * zg: expect silent
 * zg: options policy=strict
 * zg: runs 20 */
#include "order.h"

static void *run(void *socket)
{
    for (int i = 0; i < 10; i++)
        use(socket);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    CHECK(zmq_bind(socket, "inproc://strict") == 0);
    pthread_create(&thread, NULL, run, socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
