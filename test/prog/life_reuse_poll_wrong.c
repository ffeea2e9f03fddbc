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

static void *socket_now;

/* Until the poll has begun; its end is this thread's call. */
static void *meddle(void *inside)
{
    char text[4];

    life_signal_wait(inside);
    for (;;) {
        usleep(1000);
        (void)zmq_recv(socket_now, text, sizeof(text), ZMQ_DONTWAIT);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *old = zmq_socket(context, ZMQ_PULL);
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};
    struct life_signal inside;
    pthread_t thread;
    char text[4];

    life_signal_init(&inside);
    CHECK(zmq_recv(old, text, sizeof(text), ZMQ_DONTWAIT) == -1);
    CHECK(zmq_close(old) == 0);
    socket_now = life_socket_at(context, ZMQ_PULL, old);
    CHECK(pthread_create(&thread, NULL, meddle, &inside) == 0);
    item.socket = socket_now;
    life_signal_post(&inside);
    (void)zmq_poll(&item, 1, 2000);
    return 0;
}
