/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a signal, to sigwait(). */
/* zg: expect silent */
#include <signal.h>

#include "outside.h"

static sigset_t set;

static void prepare(void *context)
{
    (void)context;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void give(void *socket)
{
    (void)socket;
    CHECK(kill(getpid(), SIGUSR1) == 0);
}

static void *take(void *context)
{
    int number;

    (void)context;
    CHECK(sigwait(&set, &number) == 0);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
