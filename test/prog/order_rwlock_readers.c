/* SPDX-License-Identifier: MPL-2.0 */
/* Holding a lock for reading orders no two readers.
 * zg: expect cross-thread-use
 * zg: runs 20
 * zg: report rwlock */
#include "order.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

static void use_while_reading(void *socket)
{
    pthread_rwlock_rdlock(&lock);
    use(socket);
    pthread_rwlock_unlock(&lock);
}

static void *run(void *socket)
{
    use_while_reading(socket);
    reached(1);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    await(1);
    use_while_reading(socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
