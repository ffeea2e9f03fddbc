/* SPDX-License-Identifier: MPL-2.0 */
/* For sanitizers.sh: ordinary uses of libzmq in a program that is built with a sanitizer.
 * sanitized PART: locks polls inproc forks lives are right; shared uses a socket from two threads
 * at once; fault has an error of its own, for the sanitizer; both has both. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

/* What libzmq, which is not instrumented, passes to the C library: MemorySanitizer takes it for
 * unset where the place on the stack or heap was unset before. By thread. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define TRUST_LIBZMQ() __msan_scoped_disable_interceptor_checks()
#endif
#endif
#ifndef TRUST_LIBZMQ
#define TRUST_LIBZMQ() ((void)0)
#endif

#define WORKERS 6
#define ROUNDS  60

static void *context;

static void check(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    _exit(3);
}

static void *open_socket(int type, const char *bind_to, const char *connect_to)
{
    void *s = zmq_socket(context, type);

    check(s != NULL, "socket");
    check(bind_to == NULL || zmq_bind(s, bind_to) == 0, "bind");
    check(connect_to == NULL || zmq_connect(s, connect_to) == 0, "connect");
    return s;
}

static void threads(void *(*body)(void *), void *arg)
{
    pthread_t t[WORKERS];

    for (int i = 0; i < WORKERS; i++)
        check(pthread_create(&t[i], NULL, body, arg) == 0, "pthread_create");
    for (int i = 0; i < WORKERS; i++)
        check(pthread_join(t[i], NULL) == 0, "pthread_join");
}

/* One socket and data of the program's own in turns, under a lock; and many other locks. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int turns;
static pthread_mutex_t many[64];

static void *lock_and_send(void *socket)
{
    TRUST_LIBZMQ();
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&many[i % 64]);
        pthread_mutex_unlock(&many[i % 64]);
        pthread_mutex_lock(&turn);
        turns++;
        (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
        pthread_mutex_unlock(&turn);
    }
    return NULL;
}

static void locks(void)
{
    void *s = open_socket(ZMQ_PUB, "tcp://127.0.0.1:*", NULL);

    for (int i = 0; i < 64; i++)
        pthread_mutex_init(&many[i], NULL);
    threads(lock_and_send, s);
    check(turns == WORKERS * ROUNDS, "turns");
    zmq_close(s);
}

/* Workers send on sockets of their own to one that polls. */
static void *send_own(void *endpoint)
{
    void *s = open_socket(ZMQ_PUSH, NULL, endpoint);

    for (int i = 0; i < ROUNDS; i++)
        check(zmq_send(s, &i, sizeof(i), 0) == sizeof(i), "send");
    zmq_close(s);
    return NULL;
}

static void collect(const char *endpoint)
{
    void *s = open_socket(ZMQ_PULL, endpoint, NULL);
    char real[256] = "";
    size_t len = sizeof(real);
    pthread_t t[WORKERS];

    check(zmq_getsockopt(s, ZMQ_LAST_ENDPOINT, real, &len) == 0, "last endpoint");
    for (int i = 0; i < WORKERS; i++)
        check(pthread_create(&t[i], NULL, send_own, real) == 0, "pthread_create");
    for (int i = 0; i < WORKERS * ROUNDS; i++) {
        zmq_pollitem_t item = {.socket = s, .events = ZMQ_POLLIN};
        int value = 0; /* MemorySanitizer does not see libzmq write it */

        check(zmq_poll(&item, 1, 60000) == 1, "poll");
        check(zmq_recv(s, &value, sizeof(value), 0) == sizeof(value), "recv");
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(t[i], NULL);
    zmq_close(s);
}

/* Children that end at once, and some that make a context of their own; no threads, which
 * ThreadSanitizer does not have in a child. */
static void forks(void)
{
    void *s = open_socket(ZMQ_PAIR, "inproc://forks", NULL);

    for (int i = 0; i < 10; i++) {
        int status = 0;
        pid_t pid = fork();

        check(pid >= 0, "fork");
        if (pid == 0 && i % 2 == 0)
            _exit(0);
        if (pid == 0) {
            context = zmq_ctx_new();
            _exit(zmq_ctx_term(context));
        }
        check(waitpid(pid, &status, 0) == pid && status == 0, "child");
    }
    zmq_close(s);
}

/* Contexts and sockets that come and go. */
static void lives(void)
{
    for (int i = 0; i < 20; i++) {
        void *c = zmq_ctx_new();
        void *s = zmq_socket(c, ZMQ_PAIR);

        check(zmq_bind(s, "tcp://127.0.0.1:*") == 0, "bind");
        zmq_close(s);
        zmq_ctx_term(c);
    }
}

static void *send_shared(void *socket)
{
    TRUST_LIBZMQ();
    for (int i = 0; i < ROUNDS; i++)
        (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    return NULL;
}

int plain; /* what the faults are about */

/* One race, and one report: of several at once ThreadSanitizer reports more than one now and then.
 * So one write comes after the other, by an order that it does not see. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))
static volatile int written;

UNSEEN static void tell_written(void)
{
    written = 1;
}

UNSEEN static void await_written(void)
{
    while (!written)
        sched_yield();
}

static void *write_plain(void *arg)
{
    plain = 1; /* one access: gcc 14's TSan reports a read and a write of one line apart */
    tell_written();
    return arg;
}

static void race(void)
{
    pthread_t t;

    check(pthread_create(&t, NULL, write_plain, NULL) == 0, "pthread_create");
    await_written();
    plain = 2;
    check(pthread_join(t, NULL) == 0, "pthread_join");
}

__attribute__((noinline)) static void fault(void)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
    volatile int *unset = malloc(sizeof(*unset));

    if (*unset != 0)
        puts("unset");
    free((void *)unset);
    return;
#endif
#endif
#if defined(UNDEFINED)
    volatile int top = INT32_MAX;

    plain = top + 1;
#elif defined(ADDRESS)
    volatile char *p = malloc(8);

    free((void *)p);
    plain = p[3];
#else
    race();
#endif
}

static void shared(void)
{
    void *s = open_socket(ZMQ_PUB, "inproc://shared", NULL);

    threads(send_shared, s);
    zmq_close(s);
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";

    TRUST_LIBZMQ();
    context = zmq_ctx_new();
    if (strcmp(part, "locks") == 0)
        locks();
    if (strcmp(part, "polls") == 0)
        collect("tcp://127.0.0.1:*");
    if (strcmp(part, "inproc") == 0)
        collect("inproc://collect");
    if (strcmp(part, "forks") == 0)
        forks();
    if (strcmp(part, "lives") == 0)
        lives();
    if (strcmp(part, "fault") == 0 || strcmp(part, "both") == 0)
        fault();
    if (strcmp(part, "shared") == 0 || strcmp(part, "both") == 0)
        shared();
    zmq_ctx_term(context);
    return 0;
}
