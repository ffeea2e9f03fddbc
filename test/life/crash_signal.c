/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Ends by a signal, in libzmq (crash_fake.c) or elsewhere: crash_signal HOW WHAT. HOW is what
 * zmq_send() shall do, WHAT the circumstances.
 */
#include <fcntl.h>
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

/* The rest of the line of a thread's status in /proc that begins with this word. */
static void status_of(int process, int thread, const char *word, char line[static 100])
{
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/status", process, thread);
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

    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) == 0) {
    }
    while (strchr(line, 'S') == NULL)
        status_of(getpid(), tid, "State:", line);
}

/*
 * "exit": the program goes on as another process, whose stderr is a pipe that is full. So its
 * report does not end before its main thread, which leaves meanwhile, sleeps.
 */
enum { FULL = 4096, LEAVING = 30 }; /* a descriptor there, that it closes */

static void pass_on(pid_t child, int from, int left)
{
    char line[100] = "", block[FULL];
    int status;
    ssize_t n;

    (void)!read(left, block, 1);
    while (strchr(line, 'S') == NULL && strchr(line, 'Z') == NULL)
        status_of(child, child, "State:", line);
    (void)!read(from, block, FULL); /* what filled it */
    while ((n = read(from, block, FULL)) > 0)
        (void)!write(2, block, (size_t)n);
    waitpid(child, &status, 0);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void go_on_as_another(char *program, char *how)
{
    char *args[] = {program, how, "leave", NULL};
    const char zeroes[FULL] = "";
    int report[2], left[2];
    pid_t child;

    (void)!pipe(report);
    (void)!pipe(left);
    (void)fcntl(report[1], F_SETPIPE_SZ, FULL);
    (void)!write(report[1], zeroes, FULL);
    child = fork();
    if (child == 0) {
        dup2(report[1], 2);
        dup2(left[1], LEAVING);
        for (int fd = 3; fd < LEAVING; fd++)
            close(fd);
        execv("/proc/self/exe", args);
        _exit(1);
    }
    close(report[1]);
    close(left[1]);
    pass_on(child, report[0], left[0]);
}

static void leave_while_it_is_told(void)
{
    char line[100] = "0";

    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) == 0) {
    }
    while ((strtoul(line, NULL, 16) >> (SIGSEGV - 1) & 1) == 0) /* not yet in its handler */
        status_of(getpid(), tid, "SigBlk:", line);
    wait_until_it_sleeps();
    close(LEAVING);
    exit(0);
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
        go_on_as_another(argv[0], argv[1]);
    context = zmq_ctx_new();
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
    if (strcmp(what, "leave") == 0)
        leave_while_it_is_told();
    if (strcmp(what, "sent") == 0) {
        wait_until_it_sleeps();
        pthread_kill(b, SIGABRT);
    }
    pthread_join(b, NULL);
    return pthread_join(a, NULL);
}
