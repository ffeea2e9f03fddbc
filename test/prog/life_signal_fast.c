/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A signal handler sends on the socket that the main program waits on, in a call that it has made
 * often before.
 *
 * zg: expect reentrant-use
 * zg: report zmq_send\(\) on a PAIR socket by the main thread, which is inside of zmq_recv
 * zg: runs 20
 * zg: bare any
 */
#include <pthread.h>

#include "life.h"

static void *socket_;

static void handler(int signum)
{
    (void)signum;
    zmq_send(socket_, "x", 1, ZMQ_DONTWAIT);
}

/* Until it hits: the main thread may not be inside of the call yet. */
static void *nag(void *thread)
{
    for (;;) {
        usleep(20000);
        pthread_kill(*(pthread_t *)thread, SIGUSR1);
    }
    return NULL;
}

int main(void)
{
    static pthread_t self;
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};
    pthread_t thread;
    char text[4];

    self = pthread_self();
    socket_ = zmq_socket(context, ZMQ_PAIR);
    CHECK(zmq_bind(socket_, "inproc://x") == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    for (int i = 0; i <= 100; i++) {
        int timeout = i < 100 ? 0 : -1;

        CHECK(zmq_setsockopt(socket_, ZMQ_RCVTIMEO, &timeout, sizeof(timeout)) == 0);
        if (i == 100)
            CHECK(pthread_create(&thread, NULL, nag, &self) == 0);
        zmq_recv(socket_, text, sizeof(text), 0);
    }
    return 0;
}
