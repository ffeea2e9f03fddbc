/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Threads are cancelled while they wait in zmq_recv() and zmq_poll(); main joins them and uses and
 * closes their sockets, which are free: the calls were left on the way.
 *
 * zg: expect silent
 */
#include <pthread.h>

#include "life.h"

static struct life_signal waiting;

static void *receiver(void *socket)
{
    char text[4];

    life_signal_post(&waiting);
    zmq_recv(socket, text, sizeof(text), 0);
    return NULL;
}

static void *poller(void *socket)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};

    life_signal_post(&waiting);
    zmq_poll(&item, 1, -1);
    return NULL;
}

int main(void)
{
    void *(*const threads[])(void *) = {receiver, poller};
    void *context = zmq_ctx_new();

    life_signal_init(&waiting);
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
        CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
        CHECK(zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT) == -1 && errno == EAGAIN);
        CHECK(zmq_close(socket) == 0);
    }
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
