/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Ends by a signal, in libzmq (crash_fake.c) or elsewhere: crash_signal HOW WHAT. HOW is what
 * zmq_send() shall do, WHAT the circumstances.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "held_report.h"

static void *s;
static void *last; /* the socket of the call that crashes: s, or one of that thread's own */
static int turn, tid;
static volatile int result; /* keeps calls from becoming jumps */
static volatile int *volatile nowhere;
static volatile int goes_on = 1;
static const int watched[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static void say(const char *text)
{
    (void)!write(2, text, strlen(text));
}

/* As crash reporters do: leaves it to the kernel, and lets it happen again. */
static void on_signal(int number)
{
    say("handler\n");
    signal(number, SIG_DFL);
}

__attribute__((noinline)) static void first(void)
{
    result = zmq_send(s, "x", 2, 0);
}

__attribute__((noinline)) static void second(void *socket, const char *how)
{
    result = zmq_send(socket, how, 2, 0);
}

static void *one(void *unused)
{
    first();
    __atomic_store_n(&turn, 1, __ATOMIC_RELAXED);
    return unused;
}

static void *two(void *how)
{
    while (!__atomic_load_n(&turn, __ATOMIC_RELAXED)) {
    }
    second(s, "x");
    __atomic_store_n(&tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    second(last, how);
    return how;
}

static void own_fault(void)
{
    *nowhere = 1;
}

/* The same in a library that the program called. */
static void own_fault_in_library(void)
{
    static volatile size_t many = 4096;

    memset((void *)nowhere, 0, many);
    goes_on = 2; /* no jump */
}

static void own_abort(void)
{
    abort();
}

static int overflow(volatile char *outer)
{
    volatile char here[1000];

    here[0] = outer[0];
    return goes_on ? overflow(here) + here[0] : 0;
}

/* What the host has installed, as it is told. */
static void tell_dispositions(void)
{
    struct sigaction action, plain = {.sa_handler = SIG_DFL, .sa_flags = SA_RESTART};

    for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
        sigaction(watched[i], NULL, &action);
        printf("%d %p %x %d\n", watched[i], (void *)action.sa_handler, action.sa_flags,
               sigismember(&action.sa_mask, SIGUSR1));
        printf("%p\n", (void *)signal(watched[i], SIG_IGN));
        printf("%p\n", (void *)signal(watched[i], SIG_DFL));
        sigaction(watched[i], &plain, &action);
        printf("%p\n", (void *)action.sa_handler);
        sigaction(watched[i], NULL, &action);
        printf("%p %x\n", (void *)action.sa_handler, action.sa_flags);
    }
}

static int in_child(void (*end)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0)
        end();
    waitpid(child, &status, 0);
    printf("child: %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
    return 0;
}

static void call_back(void (*function)(void))
{
    zmq_msg_close((zmq_msg_t *)(void *)&function);
}

static int alone(const char *what)
{
    char c = 'x';

    if (strcmp(what, "own") == 0)
        own_fault();
    if (strcmp(what, "own in library") == 0)
        own_fault_in_library();
    if (strcmp(what, "own abort") == 0)
        own_abort();
    if (strcmp(what, "overflow") == 0)
        return overflow(&c);
    if (strcmp(what, "callback") == 0)
        call_back(own_fault);
    if (strcmp(what, "callback in library") == 0)
        call_back(own_fault_in_library);
    if (strcmp(what, "callback abort") == 0)
        call_back(own_abort);
    if (strcmp(what, "told") == 0)
        tell_dispositions();
    if (strcmp(what, "fork") == 0)
        return in_child(own_fault);
    if (strcmp(what, "exec") == 0)
        execlp("grep", "grep", "SigCgt", "/proc/self/status", (char *)NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const char *how = argv[1], *what = argc > 2 ? argv[2] : "";
    void *context;
    pthread_t a, b;

    if (strcmp(what, "exit") == 0)
        held_go_on(argv[0], how);
    context = zmq_ctx_new();
    (void)zmq_socket(context, ZMQ_SUB);
    s = zmq_socket(context, ZMQ_PUSH);
    last = strcmp(what, "elsewhere") == 0 ? zmq_socket(context, ZMQ_PUSH) : s;
    if (strcmp(what, "handler") == 0)
        signal(SIGSEGV, on_signal);
    if (strcmp(how, "alone") == 0)
        return alone(what);
    if (strcmp(what, "traced") == 0) {
        second(s, how);
        return 0;
    }
    pthread_create(&a, NULL, one, NULL);
    pthread_create(&b, NULL, two, argv[1]);
    if (strcmp(what, "leave") == 0 && strcmp(how, "fault first") == 0)
        held_leave_by(&tid, SIGSEGV, own_fault);
    if (strcmp(what, "leave") == 0)
        held_leave(&tid, SIGSEGV); /* in its handler that is blocked */
    if (strcmp(what, "sent") == 0) {
        held_await_sleep(&tid);
        pthread_kill(b, SIGABRT);
    }
    pthread_join(b, NULL);
    return pthread_join(a, NULL);
}
