/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Threads are cancelled while they wait in zmq_recv() and zmq_poll(). Main uses their sockets while
 * they are still in their cleanup handlers, joins them and closes the sockets, which are free: the
 * calls were left on the way.
 *
 * zg: expect silent
 */
#include <pthread.h>
#include <semaphore.h>

#include "life.h"

/* So often before the call that waits, from the same place: then it takes the fast path. */
#define CALLS 200

static struct life_signal waiting;
static sem_t left, over;

static void clean_up(void *unused)
{
    (void)unused;
    sem_post(&left);
    sem_wait(&over);
}

static void *receiver(void *socket)
{
    char text[4];

    pthread_cleanup_push(clean_up, NULL);
    for (int i = 0;; i++) {
        if (i == CALLS)
            life_signal_post(&waiting);
        zmq_recv(socket, text, sizeof(text), i < CALLS ? ZMQ_DONTWAIT : 0);
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void *poller(void *socket)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};

    pthread_cleanup_push(clean_up, NULL);
    for (int i = 0;; i++) {
        if (i == CALLS)
            life_signal_post(&waiting);
        zmq_poll(&item, 1, i < CALLS ? 0 : -1);
    }
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    void *(*const threads[])(void *) = {receiver, poller};
    void *context = zmq_ctx_new();

    life_signal_init(&waiting);
    sem_init(&left, 0, 0);
    sem_init(&over, 0, 0);
    for (int i = 0; i < 2; i++) {
        void *socket = zmq_socket(context, ZMQ_PAIR);
        pthread_t thread;
        void *result;
        char text[4];

        CHECK(zmq_bind(socket, i == 0 ? "inproc://a" : "inproc://b") == 0);
        CHECK(pthread_create(&thread, NULL, threads[i], socket) == 0);
        life_signal_wait(&waiting);
        usleep(20000); /* likely inside by then; right in either case */
        CHECK(pthread_cancel(thread) == 0);
        while (sem_wait(&left) != 0)
            ;
        CHECK(zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT) == -1 && errno == EAGAIN);
        sem_post(&over);
        CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
        CHECK(zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT) == -1 && errno == EAGAIN);
        CHECK(zmq_close(socket) == 0);
    }
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
