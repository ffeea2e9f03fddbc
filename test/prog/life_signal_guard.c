/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two threads pass a socket to and fro under a lock, so that every use is the guard's slow path,
 * and wrong uses are reported, while a timer's signal interrupts both and uses a socket of its own
 * in each: nothing hangs, and only what is wrong is reported.
 *
 * zg: expect reentrant-use
 * zg: options on_error=log:symbolize=0
 * zg: exit 0
 * zg: report-not cross-thread-use|concurrent-use|use-after
 * zg: bare any
 * zg: runs 3
 */
#include <pthread.h>
#include <sys/time.h>

#include "life.h"

enum { ROUNDS = 5000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static void *shared;
static __thread void *own;
static __thread volatile sig_atomic_t uses;

static int ask(void *socket)
{
    int value = 0;
    size_t len = sizeof(value);

    return zmq_getsockopt(socket, ZMQ_TYPE, &value, &len);
}

static void handler(int signum)
{
    int saved = errno;

    (void)signum;
    if (own != NULL && ask(own) == 0) /* wrong while the thread itself uses it */
        uses++;
    errno = saved;
}

static void *worker(void *arg)
{
    zmq_pollitem_t item = {NULL, 0, ZMQ_POLLIN, 0};

    (void)arg;
    own = item.socket = zmq_socket(context, ZMQ_PAIR);
    for (int i = 0; i < ROUNDS || uses < 50; i++) {
        pthread_mutex_lock(&lock);
        CHECK(ask(shared) == 0);
        pthread_mutex_unlock(&lock);
    }
    for (int i = 0; i < 50; i++)
        zmq_poll(&item, 1, 5); /* the signal comes every 0.5 ms */
    own = NULL;
    CHECK(zmq_close(item.socket) == 0);
    return NULL;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 500}, {0, 500}};
    pthread_t threads[2];
    sigset_t mask;

    context = zmq_ctx_new();
    shared = zmq_socket(context, ZMQ_PAIR);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, worker, NULL) == 0);
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    CHECK(pthread_sigmask(SIG_BLOCK, &mask, NULL) == 0); /* the workers take it */
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    often = (struct itimerval){{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    CHECK(zmq_close(shared) == 0);
    return 0;
}
