/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Threads keep the guard busy (sockets made and closed, messages, a contended lock) while main
 * forks over and over; each child works on in a context of its own. Nothing that the guard was
 * about to change at the fork may hang or mislead the child.
 *
 * zg: expect silent
 * zg: runs 2
 */
#include <pthread.h>

#include "life.h"

enum { THREADS = 3, FORKS = 60 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int stop; /* atomic */

static void *make(void *context)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    while (socket == NULL) { /* the reaper is behind */
        CHECK(errno == EMFILE);
        usleep(1000);
        socket = zmq_socket(context, ZMQ_PAIR);
    }
    return socket;
}

static void exchange(void *context)
{
    static int number; /* atomic: libzmq frees the name of a closed socket when it likes */
    char endpoint[64];
    void *a = make(context);
    void *b = make(context);
    char text[4];

    snprintf(endpoint, sizeof(endpoint), "inproc://%d",
             __atomic_add_fetch(&number, 1, __ATOMIC_RELAXED));
    CHECK(zmq_bind(a, endpoint) == 0);
    CHECK(zmq_connect(b, endpoint) == 0);
    CHECK(zmq_send(a, "x", 1, 0) == 1);
    CHECK(zmq_recv(b, text, sizeof(text), 0) == 1);
    CHECK(zmq_close(a) == 0 && zmq_close(b) == 0);
}

static void *busy(void *context)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        pthread_mutex_lock(&lock);
        pthread_mutex_unlock(&lock);
        exchange(context);
    }
    return NULL;
}

static void *once(void *context)
{
    exchange(context);
    return NULL;
}

static void in_child(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    exchange(context);
    CHECK(pthread_create(&thread, NULL, once, context) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    exit(0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[THREADS];
    int status;

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, busy, context) == 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork();

        if (child == 0)
            in_child();
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
