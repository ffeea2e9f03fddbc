/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pipeline racy|clean: two workers send on one PUSH socket, one after the other. "racy": nothing
 * orders them (a relaxed flag is no order); "clean": the second joins the first.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static void *out;
static int done; /* relaxed on purpose */
static pthread_t first;
static int clean;

static inline __attribute__((always_inline)) void push(const char *text)
{
    zmq_send(out, text, strlen(text), ZMQ_DONTWAIT); /* the guilty line */
}

static __attribute__((noinline)) void work(const char *text)
{
    push(text);
    __asm__ volatile("");
}

static void *worker_a(void *unused)
{
    pthread_setname_np(pthread_self(), "worker-a");
    work("a");
    __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
    return unused;
}

static void *worker_b(void *unused)
{
    pthread_setname_np(pthread_self(), "worker-b");
    if (clean)
        pthread_join(first, NULL);
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
        usleep(100);
    work("b");
    return unused;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new(), *in = zmq_socket(context, ZMQ_PULL);
    pthread_t second;

    clean = argc > 1 && strcmp(argv[1], "clean") == 0;
    out = zmq_socket(context, ZMQ_PUSH);
    zmq_bind(in, "inproc://work");
    zmq_connect(out, "inproc://work");
    pthread_create(&first, NULL, worker_a, NULL);
    pthread_create(&second, NULL, worker_b, NULL);
    pthread_join(second, NULL);
    if (!clean)
        pthread_join(first, NULL);
    zmq_close(out);
    zmq_close(in);
    return zmq_ctx_term(context);
}
