/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A handler that the C library did not install comes at any moment of what the guard does, and
 * posts a semaphore by which another thread takes a socket over. What it releases in the middle of
 * the guard cannot be told: nothing hangs, and nothing is reported.
 *
 * zg: expect silent
 * zg: runs 3
 */
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "life.h"

enum { ROUNDS = 300 };

static sem_t posted, taken;
static volatile sig_atomic_t turns;
static void *handed;

/* As the kernel has it. */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags;
#ifdef __x86_64__
    void (*restorer)(void);
#endif
    unsigned long mask;
};

static void on_alarm(int sig)
{
    int saved = errno;

    (void)sig;
    if (sem_trywait(&taken) == 0) {
        turns++;
        sem_post(&posted);
    }
    errno = saved;
}

static void use(void)
{
    int value;
    size_t len = sizeof(value);

    CHECK(zmq_getsockopt(handed, ZMQ_TYPE, &value, &len) == 0);
}

static void *take_over(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        while (sem_wait(&posted) != 0)
            ;
        use();
        sem_post(&taken);
    }
    return arg;
}

static void live_and_die(void)
{
    pthread_mutex_t own;

    pthread_mutex_init(&own, NULL);
    pthread_mutex_lock(&own);
    pthread_mutex_unlock(&own);
    pthread_mutex_destroy(&own);
}

/* With libc's restorer. */
static void install(void)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct kernel_action raw;

    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(syscall(SYS_rt_sigaction, SIGALRM, NULL, &raw, 8) == 0);
    raw.handler = on_alarm;
    CHECK(syscall(SYS_rt_sigaction, SIGALRM, &raw, NULL, 8) == 0);
}

int main(void)
{
    struct itimerval often = {{0, 100}, {0, 100}}, off = {{0, 0}, {0, 0}};
    void *context;
    pthread_t thread;
    sigset_t alarm;

    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL); /* in libzmq's threads too, before they block it */
    context = zmq_ctx_new();
    CHECK((handed = zmq_socket(context, ZMQ_PAIR)) != NULL);
    sem_init(&posted, 0, 0);
    sem_init(&taken, 0, 1);
    CHECK(pthread_create(&thread, NULL, take_over, NULL) == 0);
    install();
    setitimer(ITIMER_REAL, &often, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    while (turns < ROUNDS)
        live_and_die();
    pthread_join(thread, NULL);
    setitimer(ITIMER_REAL, &off, NULL);
    zmq_close(handed);
    zmq_ctx_term(context);
    return 0;
}
