/* SPDX-License-Identifier: MPL-2.0 */
/* A thread takes the handle in from a pipe and hands it on to a worker by a queue under a mutex:
 * what the worker knows came from outside as well. */
/* zg: expect silent */
#include "order.h"

static int ends[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static void *queue;

static void *dispatch(void *unused)
{
    void *socket;

    for (int i = 0; i < 20; i++) {
        CHECK(read(ends[0], &socket, sizeof(socket)) == sizeof(socket));
        pthread_mutex_lock(&lock);
        queue = socket;
        pthread_cond_signal(&filled);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static void *work(void *unused)
{
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&lock);
        while (queue == NULL)
            pthread_cond_wait(&filled, &lock);
        use(queue);
        zmq_close(queue);
        queue = NULL;
        pthread_mutex_unlock(&lock);
        reached(i + 1);
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t dispatcher, worker;

    CHECK(pipe(ends) == 0);
    pthread_create(&dispatcher, NULL, dispatch, NULL);
    pthread_create(&worker, NULL, work, NULL);
    for (int i = 0; i < 20; i++) {
        void *socket = make_socket(context);

        use(socket);
        CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
        await(i + 1);
    }
    pthread_join(dispatcher, NULL);
    pthread_join(worker, NULL);
    zmq_ctx_term(context);
    return 0;
}
