/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sigaction() with the same memory for both, and with memory that is not there: the handler of that
 * fault installs handlers itself, as most do.
 *
 * zg: expect silent
 */
#include <setjmp.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "life.h"

typedef int installs(int number, const struct sigaction *action, struct sigaction *old);
static installs *volatile install = sigaction; /* the compiler knows nothing of it */
static sigjmp_buf out;

static void first(int number)
{
    (void)number;
}

static void second(int number)
{
    (void)number;
}

static void on_fault(int number)
{
    CHECK(signal(SIGUSR2, SIG_IGN) != SIG_ERR);
    siglongjmp(out, number);
}

static bool faults(const struct sigaction *action, struct sigaction *old)
{
    if (sigsetjmp(out, 1) != 0)
        return true;
    (void)install(SIGUSR1, action, old);
    return false;
}

static void *handler_now(void)
{
    struct sigaction now;

    CHECK(install(SIGUSR1, NULL, &now) == 0);
    return (void *)now.sa_handler;
}

int main(void)
{
    void *nowhere = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *constant = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {.sa_handler = first, .sa_flags = SA_RESTART};

    alarm(60);
    CHECK(zmq_ctx_term(zmq_ctx_new()) == 0);
    CHECK(signal(SIGSEGV, on_fault) == SIG_DFL);
    CHECK(install(SIGUSR1, &action, NULL) == 0);
    action.sa_handler = second;
    CHECK(install(SIGUSR1, &action, &action) == 0);
    CHECK(action.sa_handler == first && (action.sa_flags & SA_SIGINFO) == 0);
    CHECK(handler_now() == (void *)second);
    CHECK(faults(nowhere, NULL) && handler_now() == (void *)second);
    /* The handler is installed before the previous one is told. */
    CHECK(faults(&action, constant) && handler_now() == (void *)first);
    CHECK(faults(NULL, nowhere));
    return 0;
}
