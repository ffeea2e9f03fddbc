/* SPDX-License-Identifier: MPL-2.0 */
/* 10,000 mutexes and 1,000 threads come and go; the socket is handed over in order all the time.
 * Some mutexes are destroyed, some are forgotten, as std::mutex is.
 * zg: expect silent
 * zg: runs 3 */
#include "order.h"

#define GENERATIONS 125
#define THREADS     8
#define LOCKS       10

static pthread_mutex_t *turn;
static void *socket_;

static void *run(void *unused)
{
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_t *own = malloc(sizeof(*own));

        pthread_mutex_init(own, NULL);
        pthread_mutex_lock(own);
        pthread_mutex_lock(turn);
        use(socket_);
        pthread_mutex_unlock(turn);
        pthread_mutex_unlock(own);
        if (i % 2)
            pthread_mutex_destroy(own);
        free(own);
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[THREADS];

    socket_ = make_socket(context);
    for (int g = 0; g < GENERATIONS; g++) {
        turn = malloc(sizeof(*turn) + (size_t)g % 7 * 64);
        pthread_mutex_init(turn, NULL);
        for (int i = 0; i < THREADS; i++)
            CHECK(pthread_create(&threads[i], NULL, run, NULL) == 0);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        free(turn);
    }
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
