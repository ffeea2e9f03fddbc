/* SPDX-License-Identifier: MPL-2.0 */
/* Two workers receive over tcp on sockets of their own, 20 to 60 ms apart, and publish on a shared
 * one; "right": under a mutex. */
/* build: */
#include <stdbool.h>
#include <string.h>

#include "order.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context, *shared;
static bool locks;
static int uses, seeds;

static void *work(void *feed)
{
    char byte;

    for (int i = 0; i < uses; i++) {
        CHECK(zmq_recv(feed, &byte, 1, 0) == 1);
        if (locks)
            pthread_mutex_lock(&lock);
        use(shared);
        if (locks)
            pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *feed(void *socket)
{
    static int feeds; /* atomic */
    unsigned seed = (unsigned)(2 * seeds + __atomic_fetch_add(&feeds, 1, __ATOMIC_RELAXED));

    for (int i = 0; i < uses; i++) {
        usleep(20000 + (useconds_t)rand_r(&seed) % 40000);
        zmq_send(socket, "x", 1, 0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[4];
    void *sockets[4];

    locks = strcmp(argv[1], "right") == 0;
    uses = argc > 2 ? atoi(argv[2]) : 60;
    seeds = argc > 3 ? atoi(argv[3]) : getpid();
    context = zmq_ctx_new();
    shared = make_socket(context);
    for (int i = 0; i < 2; i++) {
        char endpoint[128];
        size_t len = sizeof(endpoint);

        sockets[2 * i] = zmq_socket(context, ZMQ_PUSH);
        sockets[2 * i + 1] = zmq_socket(context, ZMQ_PULL);
        CHECK(zmq_bind(sockets[2 * i], "tcp://127.0.0.1:*") == 0);
        CHECK(zmq_getsockopt(sockets[2 * i], ZMQ_LAST_ENDPOINT, endpoint, &len) == 0);
        CHECK(zmq_connect(sockets[2 * i + 1], endpoint) == 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i % 2 == 0 ? feed : work, sockets[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 4; i++)
        zmq_close(sockets[i]);
    zmq_close(shared);
    zmq_ctx_term(context);
    return 0;
}
