/* SPDX-License-Identifier: MPL-2.0 */
/* Four threads share a socket under a mutex.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *run(void *socket)
{
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&mutex);
        use(socket);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run, socket);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
