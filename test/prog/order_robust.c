/* SPDX-License-Identifier: MPL-2.0 */
/* The owner of a robust mutex ends while it holds it, having used the socket. The next is told
 * so, and goes on.
 * zg: expect silent
 * zg: runs 20 */
#include <errno.h>

#include "order.h"

static pthread_mutex_t robust;

static void *die(void *socket)
{
    pthread_mutex_lock(&robust);
    use(socket);
    reached(1);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_mutexattr_t attr;
    pthread_t thread;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attr);
    pthread_create(&thread, NULL, die, socket);
    await(1);
    CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
    use(socket);
    CHECK(pthread_mutex_consistent(&robust) == 0);
    pthread_mutex_unlock(&robust);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
