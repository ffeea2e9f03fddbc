/* SPDX-License-Identifier: MPL-2.0 */
/* Runs a program as a child process: passes signals on to it, and ends as it ended. */
#include "cli/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static pid_t child;

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

/* A terminal sends its signals to the program too. A signal sent to this process alone, as test
 * runners do to end a test, is passed on. */
static void take_signals(void)
{
    struct sigaction on = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    struct sigaction ignored = {.sa_handler = SIG_IGN};

    sigaction(SIGTERM, &on, NULL);
    sigaction(SIGHUP, &on, NULL);
    sigaction(SIGUSR1, &on, NULL);
    sigaction(SIGUSR2, &on, NULL);
    sigaction(SIGINT, &ignored, NULL);
    sigaction(SIGQUIT, &ignored, NULL);
}

/* In the child: becomes the program, with the signal mask that this process was started with. */
static void become(const char *path, char **argv, const sigset_t *mask)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* SIGKILL cannot be passed on: end with the parent */
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(path, argv);
    zg_cli_say("%s: %s", path, strerror(errno));
    _exit(ZG_CLI_CANNOT_RUN);
}

int zg_child_run(const char *path, char **argv, int *status)
{
    sigset_t all, before;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0)
        become(path, argv, &before);
    if (child < 0) {
        zg_cli_say("fork: %s", strerror(errno));
        return -1;
    }
    take_signals();
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    return 0;
}

int zg_child_end(int status)
{
    static const struct rlimit none = {0, 0};

    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &none); /* the program has left a core of its own, if any */
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}
