/* SPDX-License-Identifier: MPL-2.0 */
/*
 * start TIMES PROGRAM: milliseconds from spawning PROGRAM to its end. $BENCH_PRELOAD is preloaded
 * into it, and only into it.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "bench.h"

extern char **environ;

int main(int argc, char **argv)
{
    long times = bench_number(argc, argv, 1, 100);
    const char *preload = getenv("BENCH_PRELOAD");
    char *child[] = {(char *)bench_word(argc, argv, 2, "/bin/true"), NULL};
    double start, best = 1e12, taken;
    int status;
    pid_t pid;

    if (preload != NULL)
        setenv("LD_PRELOAD", preload, 1);
    for (long i = 0; i < times; i++) {
        start = bench_wall();
        MUST(posix_spawn(&pid, child[0], NULL, NULL, child, environ) == 0);
        MUST(waitpid(pid, &status, 0) == pid && status == 0);
        taken = bench_wall() - start;
        best = taken < best ? taken : best;
    }
    printf("%.4f\n", best / 1e6);
    return 0;
}
