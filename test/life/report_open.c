/* SPDX-License-Identifier: MPL-2.0 */
/* For report_open.sh: a thread uses the main thread's socket, and while the report on that is being
 * written, which "go" ends, another thread comes, makes its call and is joined. No two calls were
 * open at once. Status 77: the machine was too slow to tell. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(x)  ((x) ? (void)0 : (perror(#x), _exit(3)))
#define PATIENCE 2.0 /* seconds; the guard itself waits for three */

static int go, sent, received; /* atomic: an order that no hook sees */

static void wait_for(const int *flag)
{
    while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
        usleep(1000);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double came; /* when receive_one() began */

static void *send_one(void *socket)
{
    wait_for(&go);
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    __atomic_store_n(&sent, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void *receive_one(void *socket)
{
    char byte;

    came = now();
    (void)zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT);
    __atomic_store_n(&received, 1, __ATOMIC_RELEASE);
    return NULL;
}

static int exists(const char *name)
{
    struct stat st;

    return stat(name, &st) == 0;
}

static void make(const char *name)
{
    FILE *f = fopen(name, "w");

    MUST(f != NULL && fclose(f) == 0);
}

/* The same two calls, one after the other, on a socket that nobody has used: what the second one is
 * reported for is not written again. */
static void rehearse(void *context)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pthread_t threads[2];

    make("go");
    go = 1;
    MUST(pthread_create(&threads[0], NULL, send_one, socket) == 0);
    wait_for(&sent);
    MUST(pthread_create(&threads[1], NULL, receive_one, socket) == 0);
    wait_for(&received);
    MUST(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
    MUST(zmq_close(socket) == 0);
    MUST(unlink("go") == 0);
    if (unlink("started") != 0) /* in time */
        _exit(77);
    go = sent = 0;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pthread_t threads[2];
    double begin;
    int none = 0, done;

    rehearse(context);
    MUST(pthread_create(&threads[0], NULL, send_one, socket) == 0);
    MUST(zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) == 0);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    begin = now();
    while (!exists("started") && !__atomic_load_n(&sent, __ATOMIC_ACQUIRE))
        usleep(1000);
    MUST(pthread_create(&threads[1], NULL, receive_one, socket) == 0);
    MUST(pthread_join(threads[1], NULL) == 0);
    done = __atomic_load_n(&sent, __ATOMIC_ACQUIRE);
    printf("the report was %s\n", done ? "over" : "open");
    fflush(stdout);
    if (came - begin > PATIENCE)
        _exit(77);
    make("go");
    MUST(pthread_join(threads[0], NULL) == 0);
    MUST(zmq_close(socket) == 0 && zmq_ctx_term(context) == 0);
    return 0;
}
