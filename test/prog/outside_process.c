/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by the end of another process. */
/* zg: expect silent */
#include <sys/wait.h>

#define ROUNDS 1
#include "outside.h"

static int ends[2];
static pid_t child;

static void prepare(void *context)
{
    char byte;

    (void)context;
    CHECK(pipe(ends) == 0);
    child = fork();
    if (child == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) == 1)
            ;
        _exit(0);
    }
}

static void give(void *socket)
{
    (void)socket;
    close(ends[1]);
}

static void *take(void *context)
{
    (void)context;
    CHECK(waitpid(child, NULL, 0) == child);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
