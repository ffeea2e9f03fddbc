/* SPDX-License-Identifier: MPL-2.0 */
/* Four threads; between two barriers it is one's turn. The barrier goes as soon as it may.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

#define THREADS 4

static pthread_barrier_t barrier, last;
static void *socket_;

static void *run(void *number)
{
    for (long i = 0; i < 40; i++) {
        if (i % THREADS == (long)number)
            use(socket_);
        pthread_barrier_wait(&barrier);
    }
    if (pthread_barrier_wait(&last) == PTHREAD_BARRIER_SERIAL_THREAD) {
        pthread_barrier_destroy(&last);
        use(socket_);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[THREADS];

    socket_ = make_socket(context);
    pthread_barrier_init(&barrier, NULL, THREADS);
    pthread_barrier_init(&last, NULL, THREADS);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
