/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the benchmarks share. Each program does one thing a given number of times and prints one
 * number: what one such thing cost (nanoseconds unless its head says otherwise). The first
 * argument is how often. test/bench/run compares the numbers with and without the guard.
 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static inline double bench_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* For work of one thread: time on the processor, which other processes disturb less. */
static inline double bench_cpu(void)
{
    return bench_clock(CLOCK_THREAD_CPUTIME_ID);
}

static inline double bench_wall(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

static inline long bench_number(int argc, char **argv, int i, long otherwise)
{
    return argc > i ? atol(argv[i]) : otherwise;
}

static inline const char *bench_word(int argc, char **argv, int i, const char *otherwise)
{
    return argc > i ? argv[i] : otherwise;
}

static inline void bench_print(double total, long times)
{
    printf("%.3f\n", total / (double)times);
}

/* As many descriptors as may be had. */
static inline void bench_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

#endif
