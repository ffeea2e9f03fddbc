/* SPDX-License-Identifier: MPL-2.0 */
/* policy=strict reports an orderly hand-over, and says what ordered it.
 * zg: expect cross-thread-use
 * zg: options policy=strict
 * zg: report the two calls are in order
 * zg: report ordered by what this thread acquired: mutex 0x[0-9a-f]+ [0-9]+ [um]s before */
#include "order.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int used;

static void *run(void *socket)
{
    pthread_mutex_lock(&mutex);
    use(socket);
    used = 1;
    pthread_mutex_unlock(&mutex);
    await(1);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    pthread_mutex_lock(&mutex);
    while (!used) {
        pthread_mutex_unlock(&mutex);
        usleep(100);
        pthread_mutex_lock(&mutex);
    }
    use(socket);
    pthread_mutex_unlock(&mutex);
    reached(1);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
