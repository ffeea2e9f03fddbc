/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Real-time signals that are queued for a thread, while it makes, takes and ends locks, come in the
 * order in which they were sent, each once with what was sent with it; also to one that then waits
 * for them, after the handler has ignored some, and in a child. After another thread has ignored
 * some they come all again.
 *
 * zg: expect silent
 */
#include <pthread.h>
#include <stdbool.h>

#include "life_signal.h"

enum { SIGNALS = 40000, BURST = 4, LOCKS = 64 };

static pthread_t receiver;
static volatile sig_atomic_t last, wrong;
static bool sent_all; /* atomic */
static enum { NOBODY, HANDLER, SENDER } ignores;

static int number(void)
{
    return SIGRTMIN + 2;
}

static void on_queued(int sig, siginfo_t *info, void *unused)
{
    (void)sig;
    (void)unused;
    if (info->si_value.sival_int != last + 1 || info->si_pid != getpid())
        wrong++;
    last = info->si_value.sival_int;
}

static void install(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};

    CHECK(sigaction(number(), &action, NULL) == 0);
}

/* Ignores the signal now and then: what is in the queue is gone. */
static void on_ignored(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_value.sival_int <= last) {
        wrong += ignores != SENDER; /* which takes away what is on its way */
        return;
    }
    last = info->si_value.sival_int;
    if (ignores == HANDLER && last % 7 == 0) {
        CHECK(signal(sig, SIG_IGN) != SIG_ERR);
        install(on_ignored);
    }
}

static void queue(int value)
{
    const union sigval v = {.sival_int = value};

    while (pthread_sigqueue(receiver, number(), v) != 0)
        usleep(1000); /* the queue is full */
}

static void *send_all(void *unused)
{
    for (int i = 1; i <= SIGNALS; i++) {
        queue(i);
        if (i % BURST == 0)
            usleep(10);
        if (ignores == SENDER && i % 7 == 0 && i < SIGNALS - LOCKS) {
            CHECK(signal(number(), SIG_IGN) != SIG_ERR);
            install(on_ignored);
        }
    }
    __atomic_store_n(&sent_all, true, __ATOMIC_RELEASE);
    return unused;
}

/* More locks than a thread remembers. */
static void live(void)
{
    static pthread_mutex_t mutexes[LOCKS];

    for (int i = 0; i < LOCKS; i++) {
        CHECK(pthread_mutex_init(&mutexes[i], NULL) == 0);
        CHECK(pthread_mutex_lock(&mutexes[i]) == 0 && pthread_mutex_unlock(&mutexes[i]) == 0);
        CHECK(pthread_mutex_destroy(&mutexes[i]) == 0);
    }
}

static void send_and_live(void)
{
    pthread_t thread;

    __atomic_store_n(&sent_all, false, __ATOMIC_RELEASE);
    CHECK(pthread_create(&thread, NULL, send_all, NULL) == 0);
    while (!__atomic_load_n(&sent_all, __ATOMIC_ACQUIRE))
        live();
    CHECK(pthread_join(thread, NULL) == 0);
}

static void handle_all(void)
{
    last = 0;
    send_and_live();
    CHECK(last == SIGNALS && wrong == 0);
}

/* What was taken away must not hold up the last. */
static void ignore_some(void)
{
    install(on_ignored);
    for (ignores = HANDLER; ignores <= SENDER; ignores++) {
        last = 0;
        send_and_live();
        CHECK(wrong == 0 && (ignores == HANDLER || last == SIGNALS));
    }
    ignores = NOBODY;
}

static void wait_for_some(void)
{
    sigset_t set;
    siginfo_t info;

    sigemptyset(&set);
    sigaddset(&set, number());
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 1; i <= BURST; i++)
        queue(i);
    for (int i = 1; i <= BURST; i++)
        CHECK(sigwaitinfo(&set, &info) == number() && info.si_value.sival_int == i);
    CHECK(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pid_t pid;

    receiver = pthread_self();
    install(on_queued);
    handle_all();
    ignore_some();
    wait_for_some();
    install(on_queued);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        receiver = pthread_self();
        handle_all();
        _exit(0);
    }
    CHECK(zmq_close(socket) == 0 && zmq_ctx_term(context) == 0);
    life_end_as(pid);
}
