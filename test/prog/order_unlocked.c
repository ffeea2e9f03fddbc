/* SPDX-License-Identifier: MPL-2.0 */
/* A correct phase under a lock, and then a use without it.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void use_locked(void *socket)
{
    for (int i = 0; i < 50; i++) {
        pthread_mutex_lock(&mutex);
        use(socket);
        pthread_mutex_unlock(&mutex);
    }
}

static void *run(void *socket)
{
    use_locked(socket);
    reached(1);
    await(2);
    use(socket);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    use_locked(socket);
    await(1);
    use_locked(socket);
    reached(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
