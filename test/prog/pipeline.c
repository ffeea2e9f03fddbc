/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two producers share one PUSH socket: the bug that scripts/quickstart shows.
 *
 * zg: expect concurrent-use|cross-thread-use
 * zg: report #[0-9]+ .*producer
 * zg: report created by the main thread
 * zg: bare any
 * zg: runs 20
 */
#include <pthread.h>
#include <stdio.h>
#include <zmq.h>

enum { PRODUCERS = 2, MESSAGES = 2000 };

static void *pushing; /* the bug: one socket for all producers */

static void *producer(void *name)
{
    pthread_setname_np(pthread_self(), name);
    for (int i = 0; i < MESSAGES; i++)
        if (zmq_send(pushing, name, 1, 0) != 1)
            perror("zmq_send");
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *pulling = zmq_socket(context, ZMQ_PULL);
    pthread_t threads[PRODUCERS];
    static char names[PRODUCERS][16] = {"producer-a", "producer-b"};
    int patience = 1000, got = 0;
    char byte;

    pushing = zmq_socket(context, ZMQ_PUSH);
    zmq_setsockopt(pulling, ZMQ_RCVTIMEO, &patience, sizeof(patience));
    zmq_bind(pulling, "inproc://work");
    zmq_connect(pushing, "inproc://work");
    for (int i = 0; i < PRODUCERS; i++)
        pthread_create(&threads[i], NULL, producer, names[i]);
    while (got < PRODUCERS * MESSAGES && zmq_recv(pulling, &byte, 1, 0) == 1)
        got++;
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d of %d messages arrived\n", got, PRODUCERS * MESSAGES);
    zmq_close(pushing);
    zmq_close(pulling);
    zmq_ctx_term(context);
    return 0;
}
