/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ended WAY   a program that uses libzmq and is ended by a signal, in one of many ways; it prints
 *             "ready", and what it found out before, when the signal may come
 * ended drive SIGNAL TIMES COMMAND…   runs the command, sends it the signal so often when it is
 *             ready, and prints how it ended
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/signalfd.h>

#include "prog/ipc.h"

static void *context, *pull;
static volatile sig_atomic_t handled;

/* found: "" when the program goes on and does not wait. */
static void ready(const char *found)
{
    printf("ready%s%s\n", found[0] != '\0' ? ": " : "", found);
    fflush(stdout);
}

static void sleep_for_ever(void)
{
    for (;;)
        poll(NULL, 0, -1);
}

static void count(int signal)
{
    (void)signal;
    handled++;
}

static void once_more(int signal)
{
    raise(signal);
}

static void set(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigemptyset(&action.sa_mask);
    CHECK(sigaction(signal, &action, NULL) == 0);
}

static sigset_t only(int signal)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, signal);
    return mask;
}

static void bind_ipc(void)
{
    context = zmq_ctx_new();
    pull = ipc_socket(context, ZMQ_PULL);
    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
}

/* Which of the three signals the kernel would call a handler for, of the process itself. */
static const char *caught(void)
{
    static char text[16];
    unsigned long long mask = 0;
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof(line), f) != NULL)
        sscanf(line, "SigCgt: %llx", &mask);
    fclose(f);
    snprintf(text, sizeof(text), "%s%s%s", mask & 1 << (SIGHUP - 1) ? "HUP " : "",
             mask & 1 << (SIGINT - 1) ? "INT " : "", mask & 1 << (SIGTERM - 1) ? "TERM " : "");
    return text;
}

static void in_child(void (*work)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        work();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    printf("child: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    fflush(stdout);
}

static void steal(void)
{
    (void)ipc_listen("y");
    _exit(rename("y", "x"));
}

static void open_to_all(void)
{
    CHECK(chmod("x", 0666) == 0);
}

static void end_self(void)
{
    kill(getpid(), SIGTERM);
    sleep_for_ever();
}

static void exec_self(void)
{
    execl("/proc/self/exe", "ended", "caught", (char *)NULL);
}

/* The host is told what it said itself. */
static void way_told(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_RESTART}, old;
    int signals[] = {SIGHUP, SIGINT, SIGTERM};

    bind_ipc();
    for (int i = 0; i < 3; i++) {
        action.sa_mask = only(SIGUSR1);
        CHECK(sigaction(signals[i], NULL, &old) == 0);
        CHECK(old.sa_handler == SIG_DFL && (old.sa_flags & SA_SIGINFO) == 0);
        CHECK(signal(signals[i], SIG_DFL) == SIG_DFL);
        CHECK(sigaction(signals[i], &action, NULL) == 0);
        CHECK(sigaction(signals[i], &action, &old) == 0);
        CHECK(old.sa_handler == SIG_DFL && (old.sa_flags & SA_RESTART) != 0);
        CHECK((old.sa_flags & SA_SIGINFO) == 0 && sigismember(&old.sa_mask, SIGUSR1) == 1);
        CHECK(sigismember(&old.sa_mask, SIGUSR2) == 0);
        CHECK(signal(signals[i], SIG_IGN) == SIG_DFL && raise(signals[i]) == 0);
        CHECK(signal(signals[i], count) == SIG_IGN && raise(signals[i]) == 0);
        CHECK(signal(signals[i], SIG_DFL) == count);
    }
    CHECK(handled == 3);
    set(SIGTERM, count, 0); /* by signal() last, and by sigaction() */
    set(SIGTERM, SIG_DFL, 0);
}

/* A handler that is for one signal only, and one that hands the signal on. */
static void way_once(void)
{
    bind_ipc();
    set(SIGTERM, count, (int)SA_RESETHAND);
    CHECK(raise(SIGTERM) == 0 && handled == 1);
}

static void way_once_more(void)
{
    bind_ipc();
    set(SIGTERM, once_more, (int)SA_RESETHAND);
}

static void way_sigwait(int blocked)
{
    sigset_t mask = only(SIGTERM);
    int got = 0;

    if (blocked) /* before libzmq makes threads, which block it a moment after they have begun */
        CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
    bind_ipc();
    ready("to wait");
    CHECK(sigwait(&mask, &got) == 0);
    exit(got == SIGTERM ? 0 : 1);
}

static void way_signalfd(void)
{
    sigset_t mask = only(SIGTERM);
    struct signalfd_siginfo info;
    int fd = signalfd(-1, &mask, SFD_CLOEXEC);

    CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
    bind_ipc();
    ready("to wait");
    CHECK(read(fd, &info, sizeof(info)) == sizeof(info));
    exit(info.ssi_signo == SIGTERM ? 0 : 1);
}

/* A child that shares our memory dies, and we do not. */
static void way_vfork(void)
{
    pid_t child;
    int status;

    bind_ipc();
    printf("pid %d\n", getpid());
    child = vfork();
    if (child == 0) {
        kill(getpid(), SIGTERM);
        _exit(1);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
          WTERMSIG(status) == SIGTERM);
}

/* Threads that are in the guard's sections much of the time. */
static void *lock_and_unlock(void *arg)
{
    static pthread_mutex_t mutexes[64];
    void *a = zmq_socket(context, ZMQ_PAIR), *b = zmq_socket(context, ZMQ_PAIR);
    char uri[32];

    snprintf(uri, sizeof(uri), "inproc://%p", arg);
    CHECK(zmq_bind(a, uri) == 0 && zmq_connect(b, uri) == 0);
    for (unsigned i = 0;; i++) {
        pthread_mutex_lock(&mutexes[i % 64]);
        pthread_mutex_unlock(&mutexes[i % 64]);
        CHECK(zmq_send(a, "", 0, 0) == 0 && zmq_recv(b, uri, 1, 0) == 0);
    }
}

static void way_busy(void)
{
    pthread_t thread;

    bind_ipc();
    for (uintptr_t i = 1; i < 4; i++)
        CHECK(pthread_create(&thread, NULL, lock_and_unlock, (void *)i) == 0);
    ready("");
    (void)lock_and_unlock(NULL);
}

static void go(const char *way)
{
    if (strcmp(way, "caught") == 0) {
        puts(caught());
        exit(0);
    }
    if (strcmp(way, "told") == 0)
        way_told();
    else if (strcmp(way, "once") == 0)
        way_once();
    else if (strcmp(way, "once-more") == 0)
        way_once_more();
    else if (strncmp(way, "sigwait", 7) == 0)
        way_sigwait(strcmp(way, "sigwait-unblocked") != 0);
    else if (strcmp(way, "signalfd") == 0)
        way_signalfd();
    else if (strcmp(way, "vfork") == 0)
        way_vfork();
    else if (strcmp(way, "busy") == 0)
        way_busy();
    else if (strcmp(way, "no-ipc") == 0)
        CHECK(zmq_ctx_new() != NULL);
    else
        bind_ipc();
    if (strcmp(way, "stolen") == 0)
        in_child(steal);
    if (strcmp(way, "opened") == 0)
        in_child(open_to_all);
    if (strcmp(way, "stolen-fork") == 0) {
        in_child(steal);
        in_child(end_self);
    }
    if (strcmp(way, "exec") == 0)
        in_child(exec_self);
    printf("caught: %s\n", caught());
    ready("to wait");
    sleep_for_ever();
}

static void print_end(int status)
{
    if (WIFSIGNALED(status))
        printf("signal %d\n", WTERMSIG(status));
    else
        printf("exit %d\n", WEXITSTATUS(status));
}

/* Until its main thread sleeps: in what it said it would wait in. */
static void wait_for_sleep(pid_t child)
{
    char path[40], state = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", child);
    while (state != 'S') {
        FILE *f = fopen(path, "r");

        CHECK(f != NULL && fscanf(f, "%*d (%*[^)]) %c", &state) == 1 && state != 'Z');
        fclose(f);
        sched_yield();
    }
}

static void drive(int signal, int times, char **command)
{
    int out[2], status;
    char line[256] = "";
    pid_t child;
    FILE *f;

    CHECK(pipe(out) == 0);
    child = fork();
    if (child == 0) {
        dup2(out[1], 1);
        execvp(command[0], command);
        _exit(127);
    }
    close(out[1]);
    f = fdopen(out[0], "r");
    while (strncmp(line, "ready", 5) != 0 && fgets(line, sizeof(line), f) != NULL)
        fputs(line, stdout);
    if (strcmp(line, "ready\n") != 0)
        wait_for_sleep(child);
    for (int i = 0; i < times; i++)
        kill(child, signal);
    CHECK(waitpid(child, &status, 0) == child);
    print_end(status);
}

int main(int argc, char **argv)
{
    if (argc > 4 && strcmp(argv[1], "drive") == 0)
        drive(atoi(argv[2]), atoi(argv[3]), argv + 4);
    else if (argc == 2)
        go(argv[1]);
    else
        return 2;
    return 0;
}
