/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a signal of another process, whose plain handler sets a flag. */
/* zg: expect silent */
#include <signal.h>

#include "outside.h"

static volatile sig_atomic_t came;
static int to_child[2];
static sigset_t set;

static void on_signal(int number)
{
    (void)number;
    came = 1;
}

/* The child passes each byte on as a signal, until the pipe ends. */
static void pass_on(void)
{
    char byte;

    close(to_child[1]);
    while (read(to_child[0], &byte, 1) == 1)
        kill(getppid(), SIGUSR1);
    _exit(0);
}

static void prepare(void *context)
{
    (void)context;
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void give(void *socket)
{
    (void)socket;
    CHECK(write(to_child[1], "x", 1) == 1);
}

static void *take(void *context)
{
    (void)context;
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    while (!came)
        usleep(100);
    came = 0;
    return took(passed);
}

int main(void)
{
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR1, on_signal);
    CHECK(pipe(to_child) == 0);
    if (fork() == 0)
        pass_on();
    hand_over();
    return 0;
}
