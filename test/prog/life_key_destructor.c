/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread's key destructor uses and closes the thread's socket, in the second round even.
 *
 * zg: expect silent
 */
#include <pthread.h>

#include "life.h"

static pthread_key_t key;
static void *context;
static int rounds;

static void destroy(void *socket)
{
    int value = 0;

    if (rounds++ == 0) {
        CHECK(pthread_setspecific(key, socket) == 0);
        return;
    }
    CHECK(zmq_setsockopt(socket, ZMQ_LINGER, &value, sizeof(value)) == 0);
    CHECK(zmq_close(socket) == 0);
}

static void *worker(void *arg)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    (void)arg;
    CHECK(zmq_bind(socket, "inproc://x") == 0);
    CHECK(pthread_setspecific(key, socket) == 0);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    context = zmq_ctx_new();
    CHECK(pthread_key_create(&key, destroy) == 0);
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(rounds == 2);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
