/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two threads on one processor: who is found inside has often lost it between entering and saying
 * what it does there, or is being judged itself. The report names that call all the same, not the
 * one before it.
 *
 * zg: expect concurrent-use|cross-thread-use
 * zg: report (thread T[0-9]+ is inside of zmq_recv|main thread is inside of zmq_send|owned by)
 * zg: runs 20
 * zg: bare none
 */
#include <pthread.h>
#include <sched.h>

#include "life.h"

static void *receive(void *socket)
{
    char byte;

    zmq_recv(socket, &byte, 1, 0);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_DEALER);
    cpu_set_t one;
    pthread_t thread;

    CPU_ZERO(&one);
    CHECK(sched_getaffinity(0, sizeof(one), &one) == 0);
    for (int i = 0, n = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &one) && n++ > 0)
            CPU_CLR(i, &one);
    }
    CHECK(sched_setaffinity(0, sizeof(one), &one) == 0);
    CHECK(pthread_create(&thread, NULL, receive, socket) == 0);
    for (;;) /* until the other one has had the processor, too */
        (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
}
