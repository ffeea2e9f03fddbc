/* SPDX-License-Identifier: MPL-2.0 */
/*
 * hello own|shared [SOCKETS]: a small program for unusual surroundings. Two threads send to a PULL,
 * by a PUSH each or, one after the other and unordered, by the same one. Prints "done".
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

static atomic_int turn;

struct work {
    void *push;
    int turn;
};

/* Relaxed on purpose: it puts the two in order in time, and nothing else. */
static void *work(void *argument)
{
    struct work *w = argument;

    while (atomic_load_explicit(&turn, memory_order_relaxed) != w->turn)
        ;
    zmq_send(w->push, "x", 1, 0);
    atomic_store_explicit(&turn, w->turn + 1, memory_order_relaxed);
    return NULL;
}

int main(int argc, char **argv)
{
    int own = argc < 2 || strcmp(argv[1], "own") == 0;
    void *context = zmq_ctx_new(), *pull = zmq_socket(context, ZMQ_PULL), *push[2];
    struct work works[2];
    pthread_t threads[2];
    char byte;

    if (context == NULL || pull == NULL || zmq_bind(pull, "inproc://work") != 0)
        return 1;
    for (int i = 0; i < 2; i++) {
        push[i] = i == 0 || own ? zmq_socket(context, ZMQ_PUSH) : push[0];
        if (push[i] == NULL || zmq_connect(push[i], "inproc://work") != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++) {
        works[i] = (struct work){push[i], i};
        pthread_create(&threads[i], NULL, work, &works[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++)
        if (zmq_recv(pull, &byte, 1, 0) != 1)
            return 1;
    zmq_close(push[0]);
    if (own)
        zmq_close(push[1]);
    zmq_close(pull);
    zmq_ctx_term(context);
    puts("done");
    return 0;
}
