/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Handlers come at any moment of locking, of making and ending locks, and of sending: they post a
 * semaphore, by which another thread takes over what this one released, and leave by a longjmp
 * where libzmq is not interrupted. Nothing hangs, no order is missed, no lock is taken along.
 *
 * zg: expect silent
 * zg: runs 3
 */
#include <setjmp.h>
#include <sys/time.h>

#include "life_signal.h"

enum { ROUNDS = 300 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t posted;
static void *ends[2], *handed;
static sigjmp_buf out;
static volatile sig_atomic_t may_jump, jumps;

static void on_alarm(int sig)
{
    int saved = errno;

    (void)sig;
    sem_post(&posted);
    errno = saved;
    if (may_jump) {
        may_jump = 0;
        jumps++;
        siglongjmp(out, 1);
    }
}

static void exchange(void)
{
    char byte = 0;

    while (zmq_send(ends[0], &byte, 1, 0) != 1)
        CHECK(errno == EINTR);
    while (zmq_recv(ends[1], &byte, 1, 0) != 1)
        CHECK(errno == EINTR);
}

static void *take_over(void *arg)
{
    int value;
    size_t len = sizeof(value);

    for (int i = 0; i < ROUNDS; i++) {
        while (sem_wait(&posted) != 0)
            ;
        pthread_mutex_lock(&mutex);
        CHECK(zmq_getsockopt(handed, ZMQ_TYPE, &value, &len) == 0);
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

int main(void)
{
    struct itimerval often = {{0, 100}, {0, 100}}, off = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    void *context;
    pthread_t thread;
    sigset_t alarm;

    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL); /* in libzmq's threads too, before they block it */
    context = zmq_ctx_new();
    for (int i = 0; i < 2; i++)
        CHECK((ends[i] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    CHECK(zmq_bind(ends[0], "inproc://x") == 0 && zmq_connect(ends[1], "inproc://x") == 0);
    CHECK((handed = zmq_socket(context, ZMQ_PAIR)) != NULL);
    sem_init(&posted, 0, 0);
    CHECK(pthread_create(&thread, NULL, take_over, NULL) == 0);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    (void)sigsetjmp(out, 1);
    while (jumps < ROUNDS) {
        may_jump = 1;
        for (int i = 0; i < 20; i++)
            live_and_die();
        may_jump = 0;
        for (int i = 0; i < 20; i++)
            exchange();
    }
    pthread_join(thread, NULL);
    setitimer(ITIMER_REAL, &off, NULL);
    for (int i = 0; i < 2; i++)
        zmq_close(ends[i]);
    zmq_close(handed);
    zmq_ctx_term(context);
    return 0;
}
