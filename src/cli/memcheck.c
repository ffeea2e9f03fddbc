/* SPDX-License-Identifier: MPL-2.0 */
/* Runs a program for `ctest -T memcheck` and writes the log that CTest can count in. */
#include "cli/memcheck.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"

static pid_t child;

bool zg_memcheck_tolerates(const char *arg)
{
    static const char *const names[] = {
        "tool",           "leak-check",       "show-reachable",
        "num-callers",    "show-leak-kinds",  "track-origins",
        "trace-children", "gen-suppressions", "child-silent-after-fork"};

    if (strcmp(arg, "-q") == 0 || strcmp(arg, "--quiet") == 0 || strcmp(arg, "-v") == 0 ||
        strcmp(arg, "--verbose") == 0)
        return true;
    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (zg_cli_value(arg, names[i]) != NULL)
            return true;
    return false;
}

int zg_memcheck_begin(struct zg_memcheck *m, const char *log)
{
    const char *dir = getenv("TMPDIR");

    m->log = log;
    m->reports = zg_cli_format("%s/zmqguard-XXXXXX", dir == NULL || dir[0] != '/' ? "/tmp" : dir);
    return mkdtemp(m->reports) == NULL ? -errno : 0;
}

/* One process's reports, each line behind "==PID== ". An error's first line is followed by the
 * line that CTest counts. */
static void copy_reports(FILE *log, FILE *reports, const char *pid)
{
    char *line = NULL;
    size_t cap = 0;

    while (getline(&line, &cap, reports) > 0) {
        line[strcspn(line, "\n")] = '\0';
        fprintf(stderr, "%s\n", line);
        fprintf(log, "==%s== %s\n", pid, line);
        if (zg_str_starts(line, "ERROR: libzmqguard: "))
            fprintf(log,
                    "==%s== pthread_mutex_unlock: mutex is locked by a different thread "
                    "(CTest's words for: %s)\n",
                    pid, line);
    }
    free(line);
}

static void copy_file(FILE *log, const char *dir, const char *name)
{
    const char *dot = strrchr(name, '.');
    char *path = zg_cli_format("%s/%s", dir, name);
    FILE *f = fopen(path, "re");

    if (f != NULL) {
        copy_reports(log, f, dot == NULL ? "0" : dot + 1);
        fclose(f);
    }
    unlink(path);
    free(path);
}

static int write_log(struct zg_memcheck *m)
{
    struct dirent **entries = NULL;
    int n = scandir(m->reports, &entries, NULL, alphasort), failed;
    FILE *log = fopen(m->log, "we");

    if (log == NULL)
        zg_cli_say("%s: %s", m->log, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (log != NULL && entries[i]->d_name[0] != '.')
            copy_file(log, m->reports, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    rmdir(m->reports);
    free(m->reports);
    m->reports = NULL;
    if (log == NULL)
        return -1;
    failed = ferror(log);
    if (fclose(log) != 0 || failed) {
        zg_cli_say("%s: not written completely", m->log);
        return -1;
    }
    return 0;
}

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

/* The terminal sends its signals to the program too; what is sent to this process alone is passed
 * on, since CTest ends a test by that. */
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

/* In the child: no trace of this process must be left in the program. */
static void become(const char *path, char **argv, const sigset_t *mask)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a parent killed outright leaves nothing running */
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(path, argv);
    zg_cli_say("%s: %s", path, strerror(errno));
    _exit(ZG_CLI_CANNOT_RUN);
}

static int end_as(int status)
{
    static const struct rlimit none = {0, 0};

    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &none); /* the program has left its own */
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

int zg_memcheck_run(struct zg_memcheck *m, const char *path, char **argv)
{
    sigset_t all, before;
    int status = 0;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0)
        become(path, argv, &before);
    if (child < 0) {
        zg_cli_say("fork: %s", strerror(errno));
        return ZG_CLI_CANNOT_RUN;
    }
    take_signals();
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    write_log(m);
    return end_as(status);
}
