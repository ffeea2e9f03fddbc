/* SPDX-License-Identifier: MPL-2.0 */
/*
 * transport TIMES tcp|ipc latency|throughput: 8-byte messages between two threads through the
 * kernel: round trips REQ and REP, or PUSH to PULL.
 */
#include <pthread.h>
#include <sys/stat.h>
#include <zmq.h>

#include "bench.h"

static void *context;
static char endpoint[256];
static long times;
/* libzmq loses what is under way when the sender closes while the receiver cannot keep up. */
static pthread_barrier_t received;

static void *echo(void *unused)
{
    void *rep = zmq_socket(context, ZMQ_REP);
    char bytes[8];

    (void)unused;
    MUST(zmq_connect(rep, endpoint) == 0);
    for (long i = 0; i < times + 100; i++) {
        zmq_recv(rep, bytes, sizeof(bytes), 0);
        zmq_send(rep, bytes, sizeof(bytes), 0);
    }
    pthread_barrier_wait(&received);
    zmq_close(rep);
    return NULL;
}

static void *push(void *unused)
{
    void *socket = zmq_socket(context, ZMQ_PUSH);
    char bytes[8] = "";

    (void)unused;
    MUST(zmq_connect(socket, endpoint) == 0);
    for (long i = 0; i < times + 100; i++)
        zmq_send(socket, bytes, sizeof(bytes), 0);
    pthread_barrier_wait(&received);
    zmq_close(socket);
    return NULL;
}

int main(int argc, char **argv)
{
    int ipc = strcmp(bench_word(argc, argv, 2, "tcp"), "ipc") == 0;
    int latency = strcmp(bench_word(argc, argv, 3, "latency"), "latency") == 0;
    size_t room = sizeof(endpoint);
    char bytes[8] = "";
    pthread_t thread;
    double start = 0;
    void *socket;

    times = bench_number(argc, argv, 1, 10000);
    umask(0177);
    pthread_barrier_init(&received, NULL, 2);
    context = zmq_ctx_new();
    socket = zmq_socket(context, latency ? ZMQ_REQ : ZMQ_PULL);
    MUST(zmq_bind(socket, ipc ? "ipc://*" : "tcp://127.0.0.1:*") == 0);
    MUST(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &room) == 0);
    pthread_create(&thread, NULL, latency ? echo : push, NULL);
    for (long i = 0; i < times + 100; i++) {
        if (i == 100)
            start = bench_wall();
        if (latency)
            zmq_send(socket, bytes, sizeof(bytes), 0);
        zmq_recv(socket, bytes, sizeof(bytes), 0);
    }
    bench_print(bench_wall() - start, times);
    pthread_barrier_wait(&received);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
