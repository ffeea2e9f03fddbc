/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a signal, to a signalfd. */
/* zg: expect silent */
#include <signal.h>
#include <sys/signalfd.h>

#include "outside.h"

static int fd;

static void prepare(void *context)
{
    sigset_t set;

    (void)context;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, 0);
    CHECK(fd >= 0);
}

static void give(void *socket)
{
    (void)socket;
    CHECK(kill(getpid(), SIGUSR1) == 0);
}

static void *take(void *context)
{
    struct signalfd_siginfo info;

    (void)context;
    CHECK(read(fd, &info, sizeof(info)) == sizeof(info));
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
