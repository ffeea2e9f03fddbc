/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads use a socket under the locks of two streams. */
/* zg: expect cross-thread-use */

#include "order.h"

static void use_under(FILE *stream, void *socket)
{
    flockfile(stream);
    use(socket);
    funlockfile(stream);
}

static void *run(void *socket)
{
    await(1);
    use_under(stderr, socket);
    reached(2);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, run, socket) == 0);
    use_under(stdout, socket);
    reached(1);
    await(2);
    return 0;
}
