/* SPDX-License-Identifier: MPL-2.0 */
/* Barriers between turns; but two threads have the same turn, 20 ms apart.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

static pthread_barrier_t barrier;
static void *socket_;

static void *run(void *number)
{
    for (long i = 0; i < 4; i++) {
        if (i == (long)number || (i == 3 && (long)number == 0)) {
            usleep(number == 0 ? 20000 : 0);
            use(socket_);
        }
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[4];

    socket_ = make_socket(context);
    pthread_barrier_init(&barrier, NULL, 4);
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
