/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread calls exit() while main waits for a message: the status is the program's.
 *
 * zg: expect silent
 * zg: exit 7
 * zg: bare 7
 */
#include <pthread.h>

#include "life.h"

static void *leave(void *arg)
{
    (void)arg;
    usleep(50000);
    exit(7);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pthread_t thread;
    char text[4];

    CHECK(zmq_bind(socket, "inproc://x") == 0);
    CHECK(pthread_create(&thread, NULL, leave, NULL) == 0);
    zmq_recv(socket, text, sizeof(text), 0);
    return 0;
}
