/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program that ends while the guard reports on another thread of it: it goes on as another
 * process, whose stderr is a pipe that is full, so that the report does not end before its main
 * thread, which leaves meanwhile, sleeps.
 */
#ifndef TEST_LIFE_HELD_REPORT_H
#define TEST_LIFE_HELD_REPORT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD_FULL = 4096, HELD_LEAVING = 30 }; /* a descriptor there, closed by who leaves */

/* The rest of the line of a thread's status in /proc that begins with this word. */
static inline void held_status(int process, int thread, const char *word, char line[static 100])
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

/* *tid: atomic; 0 as long as the thread is not to be looked at. */
static inline void held_await_sleep(const int *tid)
{
    char line[100] = "";

    while (__atomic_load_n(tid, __ATOMIC_ACQUIRE) == 0) {
    }
    while (strchr(line, 'S') == NULL)
        held_status(getpid(), *tid, "State:", line);
}

static inline void held_pass_on(pid_t child, int from, int left)
{
    char line[100] = "", block[HELD_FULL];
    int status;
    ssize_t n;

    (void)!read(left, block, 1);
    while (strchr(line, 'S') == NULL && strchr(line, 'Z') == NULL)
        held_status(child, child, "State:", line);
    (void)!read(from, block, HELD_FULL); /* what filled it */
    while ((n = read(from, block, HELD_FULL)) > 0)
        (void)!write(2, block, (size_t)n);
    waitpid(child, &status, 0);
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* The program again, with `how` and "leave" as its arguments. Ends as that ends. */
static inline void held_go_on(const char *program, const char *how)
{
    const char zeroes[HELD_FULL] = "";
    int report[2], left[2];
    pid_t child;

    (void)!pipe(report);
    (void)!pipe(left);
    (void)fcntl(report[1], F_SETPIPE_SZ, HELD_FULL);
    (void)!write(report[1], zeroes, HELD_FULL);
    child = fork();
    if (child == 0) {
        dup2(report[1], 2);
        dup2(left[1], HELD_LEAVING);
        for (int fd = 3; fd < HELD_LEAVING; fd++)
            close(fd);
        execl("/proc/self/exe", program, how, "leave", (char *)NULL);
        _exit(1);
    }
    close(report[1]);
    close(left[1]);
    held_pass_on(child, report[0], left[0]);
}

/* Leaves when the thread is in its report: it blocks that signal there, and waits for the pipe. */
static inline void held_leave_by(const int *tid, int signal, void (*end)(void))
{
    char line[100] = "0";

    while (__atomic_load_n(tid, __ATOMIC_ACQUIRE) == 0) {
    }
    while ((strtoul(line, NULL, 16) >> (signal - 1) & 1) == 0)
        held_status(getpid(), *tid, "SigBlk:", line);
    held_await_sleep(tid);
    close(HELD_LEAVING);
    end();
}

static inline void held_exit(void)
{
    exit(0);
}

static inline void held_leave(const int *tid, int signal)
{
    held_leave_by(tid, signal, held_exit);
}

#endif
