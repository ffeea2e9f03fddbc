/* SPDX-License-Identifier: MPL-2.0 */
/* Barriers between turns; but two threads have the same turn, one after the other by a flag that
 * orders nothing.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

static pthread_barrier_t barrier;
static void *socket_;

static void *run(void *number)
{
    for (long i = 0; i < 4; i++) {
        if (i == (long)number || (i == 3 && (long)number == 0)) {
            await(i == 3 && (long)number == 0);
            use(socket_);
            reached(i == 3);
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
