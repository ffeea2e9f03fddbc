/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A signal comes while a thread is inside of a call that it has made often: the handler uses other
 * sockets of the same thread, and then jumps out of the call. What follows is in order, in this
 * thread and in one that is created afterwards.
 *
 * zg: expect silent
 */
#include <pthread.h>
#include <setjmp.h>

#include "life.h"

static void *socket_, *ends[2];
static sigjmp_buf back;
static volatile sig_atomic_t jumps;

static void exchange(void)
{
    char text[4];

    CHECK(zmq_send(ends[0], "x", 1, 0) == 1);
    CHECK(zmq_recv(ends[1], text, sizeof(text), 0) == 1);
}

static void handler(int signum)
{
    int saved = errno; /* it may come before the call's errno is looked at */

    (void)signum;
    exchange();
    errno = saved;
    if (jumps)
        siglongjmp(back, 1);
}

static int receive(int flags)
{
    char text[4];

    return zmq_recv(socket_, text, sizeof(text), flags);
}

static void *later(void *unused)
{
    (void)unused;
    CHECK(receive(ZMQ_DONTWAIT) == -1);
    exchange();
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};
    pthread_t thread;

    life_mask(SIG_BLOCK, SIGALRM);
    socket_ = zmq_socket(context, ZMQ_PAIR);
    life_mask(SIG_UNBLOCK, SIGALRM);
    CHECK(zmq_bind(socket_, "inproc://x") == 0);
    for (int i = 0; i < 2; i++)
        ends[i] = zmq_socket(context, ZMQ_PAIR);
    CHECK(zmq_bind(ends[0], "inproc://y") == 0);
    CHECK(zmq_connect(ends[1], "inproc://y") == 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    for (int i = 0; i < 100; i++) {
        CHECK(receive(ZMQ_DONTWAIT) == -1);
        exchange();
    }
    for (int i = 0; i < 20; i++) {
        ualarm(20000, 20000); /* again and again: the first may come before the call */
        CHECK(receive(0) == -1 && errno == EINTR);
        ualarm(0, 0);
        exchange();
    }
    jumps = 1;
    for (volatile int i = 0; i <= 20; i++) {
        if (sigsetjmp(back, 1) == 0) {
            ualarm(20000, 0);
            receive(0);
            CHECK(0);
        }
        if (i % 2 == 0)
            exchange(); /* else what follows is the first to notice */
        if (i < 20)
            CHECK(receive(ZMQ_DONTWAIT) == -1);
    }
    jumps = 0;
    CHECK(pthread_create(&thread, NULL, later, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(receive(ZMQ_DONTWAIT) == -1);
    for (int i = 0; i < 2; i++)
        CHECK(zmq_close(ends[i]) == 0);
    CHECK(zmq_close(socket_) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
