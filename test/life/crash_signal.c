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

static void *s;
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

__attribute__((noinline)) static void second(const char *how)
{
    result = zmq_send(s, how, 2, 0);
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
    second("x");
    __atomic_store_n(&tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    second(how);
    return how;
}

/* The rest of the line of thread two's /proc status that begins with this word. */
static void status_of(const char *word, char line[static 100])
{
    char path[64];
    FILE *f;

    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) == 0) {
    }
    snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, 100, f) != NULL) {
        if (strncmp(line, word, strlen(word)) == 0)
            break;
    }
    if (f != NULL)
        fclose(f);
    memmove(line, line + strlen(word), strlen(line + strlen(word)) + 1);
}

static void wait_until_it_sleeps(void)
{
    char line[100] = "";

    while (strchr(line, 'S') == NULL)
        status_of("State:", line);
}

/* In a handler the signal is blocked. */
static void wait_until_it_crashes(void)
{
    char line[100] = "0";

    while ((strtoul(line, NULL, 16) >> (SIGSEGV - 1) & 1) == 0)
        status_of("SigBlk:", line);
}

static void own_fault(void)
{
    *nowhere = 1;
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

static int alone(const char *what)
{
    void (*function)(void) = own_fault;
    char c = 'x';

    if (strcmp(what, "own") == 0)
        own_fault();
    if (strcmp(what, "own abort") == 0)
        abort();
    if (strcmp(what, "overflow") == 0)
        return overflow(&c);
    if (strcmp(what, "callback") == 0)
        zmq_msg_close((zmq_msg_t *)(void *)&function);
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
    void *context = zmq_ctx_new();
    pthread_t a, b;

    (void)zmq_socket(context, ZMQ_SUB);
    s = zmq_socket(context, ZMQ_PUSH);
    if (strcmp(what, "handler") == 0)
        signal(SIGSEGV, on_signal);
    if (strcmp(how, "alone") == 0)
        return alone(what);
    if (strcmp(what, "traced") == 0) {
        second(how);
        return 0;
    }
    pthread_create(&a, NULL, one, NULL);
    pthread_create(&b, NULL, two, argv[1]);
    if (strcmp(what, "exit") == 0) {
        wait_until_it_crashes();
        return 0;
    }
    if (strcmp(what, "sent") == 0) {
        wait_until_it_sleeps();
        pthread_kill(b, SIGABRT);
    }
    pthread_join(b, NULL);
    return pthread_join(a, NULL);
}
