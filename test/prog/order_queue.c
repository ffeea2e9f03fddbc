/* SPDX-License-Identifier: MPL-2.0 */
/* 200 sockets go through a queue of mutex and condition variable, from two makers to two users.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

#define SOCKETS 200

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static void *queue[SOCKETS];
static int put, got;
static void *context;

static void *maker(void *unused)
{
    for (int i = 0; i < SOCKETS / 2; i++) {
        void *socket = make_socket(context);

        use(socket);
        pthread_mutex_lock(&mutex);
        queue[put++] = socket;
        pthread_cond_signal(&filled);
        pthread_mutex_unlock(&mutex);
    }
    return unused;
}

static void *user(void *unused)
{
    for (;;) {
        void *socket = NULL;

        pthread_mutex_lock(&mutex);
        while (got == put && got < SOCKETS)
            pthread_cond_wait(&filled, &mutex);
        if (got < SOCKETS)
            socket = queue[got++];
        if (got == SOCKETS)
            pthread_cond_broadcast(&filled);
        pthread_mutex_unlock(&mutex);
        if (socket == NULL)
            return unused;
        use(socket);
        zmq_close(socket);
    }
}

int main(void)
{
    pthread_t threads[4];

    context = zmq_ctx_new();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i < 2 ? maker : user, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    zmq_ctx_term(context);
    return 0;
}
