/* SPDX-License-Identifier: MPL-2.0 */
/* Whether a thread of this process sleeps in what libzmq waits in, which is inside of a call. */
#ifndef TEST_PROG_IN_POLL_H
#define TEST_PROG_IN_POLL_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* poll(), which some machines only have as ppoll(). */
static inline int in_poll(int tid)
{
    char path[64];
    long number = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
    file = fopen(path, "r");
    if (file == NULL)
        exit(3);
    if (fscanf(file, "%ld", &number) != 1)
        number = -1; /* "running" */
    fclose(file);
#ifdef SYS_poll
    if (number == SYS_poll)
        return 1;
#endif
    return number == SYS_ppoll;
}

#endif
