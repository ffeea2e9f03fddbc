/* SPDX-License-Identifier: MPL-2.0 */
/* What a thread of this process sleeps in, as the kernel tells it. */
#ifndef TEST_WAITING_H
#define TEST_WAITING_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WAITING_RUNS = -1, WAITING_UNTOLD = -2 }; /* UNTOLD: no such thread, or no /proc */

/* The number of the system call in which the thread sleeps, and its first argument. */
static inline long waiting_in(int tid, unsigned long *first)
{
    char path[64], text[128];
    long number = WAITING_RUNS;
    ssize_t n;
    int fd;

    *first = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    close(fd);
    if (n <= 0)
        return WAITING_UNTOLD;
    text[n] = '\0';
    return sscanf(text, "%ld %lx", &number, first) == 2 ? number : WAITING_RUNS; /* "running" */
}

/* The address of the futex in which it sleeps; 0: in none. */
static inline unsigned long waiting_at(int tid)
{
    unsigned long address;

    return waiting_in(tid, &address) == SYS_futex ? address : 0;
}

/* In what libzmq waits in, which is inside of a call: poll(), which some machines only have as
 * ppoll(). */
static inline int waiting_in_poll(int tid)
{
    unsigned long first;
    long number = waiting_in(tid, &first);

    if (number == WAITING_UNTOLD)
        exit(3);
#ifdef SYS_poll
    if (number == SYS_poll)
        return 1;
#endif
    return number == SYS_ppoll;
}

#endif
