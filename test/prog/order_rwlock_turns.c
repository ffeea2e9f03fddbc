/* SPDX-License-Identifier: MPL-2.0 */
/* A reader, then a writer, then the reader again use the socket: each edge of a read-write lock by
 * itself.
 * zg: expect silent
 * zg: runs 20 */
#include "order.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

static void *reader(void *socket)
{
    pthread_rwlock_rdlock(&lock);
    use(socket);
    pthread_rwlock_unlock(&lock);
    reached(1);
    await(2);
    pthread_rwlock_rdlock(&lock);
    use(socket);
    pthread_rwlock_unlock(&lock);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, reader, socket);
    await(1);
    pthread_rwlock_wrlock(&lock);
    use(socket);
    pthread_rwlock_unlock(&lock);
    reached(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
