/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmq_ctx_term() is interrupted by a signal before the time is up, called again, and still held by
 * another thread's socket.
 *
 * zg: expect warning term-stall
 * zg: options term_stall=2
 * zg: report has waited 2 s for 1 open socket
 * zg: report S1 PULL.*owned by thread T[0-9]+, which is not inside of a call
 * zg: report last use by owner T[0-9]+.*zmq_recv\(\)
 */
#include <pthread.h>
#include <sys/time.h>

#include "life.h"

static void *pulling;
static int interrupted; /* atomic */

static void handler(int signum)
{
    (void)signum;
}

static void *receive(void *arg)
{
    char text[4];

    (void)arg;
    CHECK(zmq_recv(pulling, text, sizeof(text), 0) == -1 && errno == ETERM);
    while (!__atomic_load_n(&interrupted, __ATOMIC_RELAXED))
        usleep(1000);
    life_await_report(); /* the bug: it does not close, for long */
    CHECK(zmq_close(pulling) == 0);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};
    struct itimerval often = {{.tv_usec = 500000}, {.tv_usec = 500000}}, never = {{0, 0}, {0, 0}};
    pthread_t thread;
    sigset_t alarm_only;

    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    pulling = zmq_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(pulling, "inproc://x") == 0);
    pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
    CHECK(pthread_create(&thread, NULL, receive, NULL) == 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0); /* the first may come before the call */
    CHECK(zmq_ctx_term(context) == -1 && errno == EINTR);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    __atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
    CHECK(zmq_ctx_term(context) == 0);
    pthread_join(thread, NULL);
    return 0;
}
