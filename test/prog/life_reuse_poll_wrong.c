/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A poll that found a new socket at the address of a closed one is inside of the new one: another
 * thread's call meanwhile is an overlap.
 *
 * zg: expect concurrent-use
 * zg: report while the main thread is inside of zmq_poll
 */
#include <pthread.h>

#include "life_reuse.h"
#include "waiting.h"

/* Comes when the main thread sleeps in the poll, which nothing else ends. */
static void *meddle(void *socket)
{
    char text[4];

    while (!waiting_in_poll(getpid()))
        usleep(1000);
    (void)zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT);
    _exit(0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *old = zmq_socket(context, ZMQ_PULL);
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};
    pthread_t thread;
    char text[4];

    CHECK(zmq_recv(old, text, sizeof(text), ZMQ_DONTWAIT) == -1);
    CHECK(zmq_close(old) == 0);
    item.socket = life_socket_at(context, ZMQ_PULL, old);
    CHECK(pthread_create(&thread, NULL, meddle, item.socket) == 0);
    (void)zmq_poll(&item, 1, -1);
    return 0;
}
