/* SPDX-License-Identifier: MPL-2.0 */
/* Helpers of the programs about lives: sequencing by pipes, which no happens-before engine sees. */
#ifndef TEST_PROG_LIFE_H
#define TEST_PROG_LIFE_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

/* A program that goes wrong by itself says where, and not with the status of any expectation. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno));   \
            _exit(99);                                                                             \
        }                                                                                          \
    } while (0)

/*
 * SIG_BLOCK before the first socket, SIG_UNBLOCK behind it: libzmq's threads inherit the mask. They
 * block all signals themselves once they run, which may be late on a loaded machine; until then a
 * signal that is sent to the process could be handled in one of them.
 */
static inline void life_mask(int how, int signum)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signum);
    pthread_sigmask(how, &set, NULL);
}

/*
 * Until the guard has reported something, to the file that the runner makes of standard error;
 * without the guard, at once. It may take the guard as long as the machine is busy.
 */
static inline void life_await_report(void)
{
    struct stat st = {0};

    while (getenv("LD_PRELOAD") != NULL && st.st_size == 0) {
        CHECK(fstat(2, &st) == 0);
        usleep(1000);
    }
}

struct life_signal {
    int fd[2];
};

static inline void life_signal_init(struct life_signal *s)
{
    CHECK(pipe(s->fd) == 0);
}

static inline void life_signal_post(struct life_signal *s)
{
    CHECK(write(s->fd[1], "x", 1) == 1);
}

static inline void life_signal_wait(struct life_signal *s)
{
    char c;
    ssize_t n;

    do
        n = syscall(SYS_read, s->fd[0], &c, 1); /* read() would be something taken in */
    while (n < 0 && errno == EINTR);
    CHECK(n == 1);
}

/* Waits for the child and ends as it did. */
static inline void life_end_as(pid_t child)
{
    int status;
    pid_t got;

    do
        got = waitpid(child, &status, 0);
    while (got < 0 && errno == EINTR);
    CHECK(got == child);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    exit(WEXITSTATUS(status));
}

#endif
