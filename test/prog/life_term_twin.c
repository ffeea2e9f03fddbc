/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Contexts that end in time, one after the other at the same address, and zmq_ctx_term() that waits
 * for less than the limit. The twin of life_term_*.c and life_use_after_term.c.
 *
 * zg: expect silent
 * zg: options term_stall=60
 */
#include <pthread.h>

#include "life.h"

static void *socket_;

static void *close_soon(void *arg)
{
    char text[4];

    (void)arg;
    CHECK(zmq_recv(socket_, text, sizeof(text), 0) == -1 && errno == ETERM);
    CHECK(zmq_close(socket_) == 0);
    return NULL;
}

int main(void)
{
    for (int i = 0; i < 50; i++) {
        void *context = zmq_ctx_new();
        pthread_t thread;

        CHECK(zmq_ctx_get(context, ZMQ_IO_THREADS) == 1);
        CHECK(zmq_ctx_set(context, ZMQ_BLOCKY, i % 2) == 0);
        socket_ = zmq_socket(context, ZMQ_PULL);
        CHECK(pthread_create(&thread, NULL, close_soon, NULL) == 0);
        CHECK(zmq_ctx_term(context) == 0);
        pthread_join(thread, NULL);
    }
    return 0;
}
