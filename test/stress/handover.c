/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A correct program that hands sockets over as fast as it can: three threads make sockets, send on
 * them and put them into a queue, a mutex with two conditions; three others take them out, send on
 * them and close them. Addresses are used again all the time, so that all that the guard's threads
 * remember is stale soon. The guard must stay silent for as long as it runs.
 *
 *   handover COUNT     prints how many sockets were handed over; exit 1 when zmq_close() fails
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define ROOM    64
#define THREADS 3

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t filled, emptied;
    void *sockets[ROOM];
    int count;
    long left; /* to be handed over */
    long done;
    int failed;
} queue = {.mutex = PTHREAD_MUTEX_INITIALIZER,
           .filled = PTHREAD_COND_INITIALIZER,
           .emptied = PTHREAD_COND_INITIALIZER};
static void *context;

static void *make_socket(void)
{
    void *socket;

    while ((socket = zmq_socket(context, ZMQ_PUSH)) == NULL)
        sched_yield(); /* the reaper is behind */
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    return socket;
}

static void *maker(void *unused)
{
    int more = 1;

    while (more) {
        void *socket = make_socket();

        pthread_mutex_lock(&queue.mutex);
        while (queue.count == ROOM)
            pthread_cond_wait(&queue.emptied, &queue.mutex);
        queue.sockets[queue.count++] = socket;
        more = --queue.left > 0;
        pthread_cond_signal(&queue.filled);
        pthread_mutex_unlock(&queue.mutex);
    }
    return unused;
}

/* NULL: there are no more. */
static void *take(long total)
{
    void *socket = NULL;

    pthread_mutex_lock(&queue.mutex);
    while (queue.count == 0 && queue.done < total)
        pthread_cond_wait(&queue.filled, &queue.mutex);
    if (queue.count > 0) {
        socket = queue.sockets[--queue.count];
        queue.done++;
        pthread_cond_signal(&queue.emptied);
    }
    if (queue.done == total)
        pthread_cond_broadcast(&queue.filled);
    pthread_mutex_unlock(&queue.mutex);
    return socket;
}

static void *user(void *total)
{
    void *socket;

    while ((socket = take(*(const long *)total)) != NULL) {
        (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
        if (zmq_close(socket) != 0)
            queue.failed = 1;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 100000;
    long total = count + THREADS - 1; /* each maker sees the end with a socket in its hand */
    pthread_t threads[2 * THREADS];

    context = zmq_ctx_new();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 10000);
    queue.left = count;
    for (int i = 0; i < 2 * THREADS; i++)
        pthread_create(&threads[i], NULL, i < THREADS ? maker : user, &total);
    for (int i = 0; i < 2 * THREADS; i++)
        pthread_join(threads[i], NULL);
    zmq_ctx_term(context);
    printf("%ld sockets handed over\n", queue.done);
    return queue.failed;
}
