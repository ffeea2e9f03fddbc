/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard [options] [--] program args…: checks the program, sets the environment, becomes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/memcheck.h"
#include "cli/preload.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "host/options.h"

struct command_line {
    struct zg_settings settings;
    const char *log_file; /* Valgrind's option: CTest calls, memcheck.h */
    const char *foreign;  /* the first option that only Valgrind knows */
    bool is_run;          /* zmqguard run */
    const char *job;      /* its directory */
    char **program;       /* its argv, NULL-terminated */
};

static const char usage[] =
    "usage: zmqguard [--OPTION=VALUE…] [--] PROGRAM [ARG…]\n"
    "       zmqguard run [--job=DIR] [--OPTION=VALUE…] [--] PROGRAM [ARG…]\n"
    "       zmqguard report [--format=text|junit|sarif|github|gitlab|html] FILE|DIR…\n"
    "       zmqguard symbolize [--debug-path=DIR] [--sysroot=DIR] [LOG…]\n"
    "       zmqguard check FILE…\n"
    "       zmqguard inspect [--format=text|json] PID\n"
    "\n"
    "Runs PROGRAM with libzmqguard.so, which reports uses of ZeroMQ sockets by threads that may\n"
    "not use them, and ipc endpoints that others may enter. The exit status is the program's own:\n"
    "an error ends it by SIGABRT unless --on_error says otherwise. `run` waits for it, and fails\n"
    "when any process that it started has an error, whatever the program's own status; with\n"
    "--job=DIR the records of many runs are kept for one report. See zmqguard(1).\n"
    "\n"
    "Options, as in ZMQGUARD_OPTIONS=OPTION=VALUE:…, see libzmqguard(7):\n";

static bool valgrind_option(struct command_line *line, const char *arg)
{
    const char *log = zg_cli_value(arg, "log-file");

    if (log != NULL)
        line->log_file = log;
    else if (!zg_memcheck_tolerates(arg))
        return false;
    else if (line->foreign == NULL)
        line->foreign = arg;
    return true;
}

/* Of `zmqguard run`: true when the option is its own. --job takes its value also from the next
 * argument. */
static bool run_option(struct command_line *line, char ***arg)
{
    const char *job = zg_cli_value(**arg, "job");

    if (!line->is_run)
        return false;
    if (zg_cli_value(**arg, "log_path") != NULL || zg_cli_value(**arg, "format") != NULL)
        zg_cli_usage("run: %s: run chooses where records go; see --job=DIR", **arg);
    if (strcmp(**arg, "--job") == 0 && (*arg)[1] != NULL)
        job = *++*arg;
    if (job != NULL && job[0] == '\0')
        zg_cli_usage("run: --job= needs a directory");
    line->job = job != NULL ? job : line->job;
    return job != NULL;
}

static void take_option(struct command_line *line, const char *arg)
{
    if (valgrind_option(line, arg))
        return;
    if (!zg_str_starts(arg, "--"))
        zg_cli_usage("unknown option %s; see zmqguard --help", arg);
    zg_settings_add(&line->settings, arg + 2);
}

/* --help and --version end the command here. */
static void read_command_line(struct command_line *line, char **argv)
{
    char **arg = argv + 1;

    zg_settings_init(&line->settings, getenv("ZMQGUARD_OPTIONS"));
    line->job = getenv("ZMQGUARD_JOB");
    if (line->job != NULL && line->job[0] == '\0')
        line->job = NULL;
    for (; *arg != NULL && (*arg)[0] == '-'; arg++) {
        if (strcmp(*arg, "--") == 0) {
            arg++;
            break;
        }
        if (strcmp(*arg, "--help") == 0 || strcmp(*arg, "-h") == 0) {
            fputs(usage, stdout);
            zg_settings_help(&line->settings);
            exit(ZG_CLI_OK);
        }
        if (strcmp(*arg, "--version") == 0) {
            puts("zmqguard " ZG_VERSION);
            exit(ZG_CLI_OK);
        }
        if (!run_option(line, &arg))
            take_option(line, *arg);
    }
    if (line->foreign != NULL && line->log_file == NULL)
        zg_cli_usage("unknown option %s: Valgrind's are taken together with --log-file= only",
                     line->foreign);
    if (*arg == NULL)
        zg_cli_usage("no program to run; see zmqguard --help");
    line->program = arg;
}

static void set(const char *name, const char *value)
{
    if (setenv(name, value, 1) != 0)
        zg_cli_usage("%s: %s", name, strerror(errno));
}

/* Never an unguarded run: every failure up to the exec ends the command. */
static int prepare(const struct command_line *line, struct zg_target *target)
{
    char guard[PATH_MAX];
    char *list;

    if (zg_preload_find(guard) != 0) {
        zg_cli_say("cannot find " ZG_PRELOAD_NAME " (last looked for %s)", guard);
        return ZG_CLI_CANNOT_RUN;
    }
    if (guard[strcspn(guard, ": ")] != '\0') {
        zg_cli_say("%s: LD_PRELOAD cannot name a path with a space or a colon", guard);
        return ZG_CLI_CANNOT_RUN;
    }
    zg_target_look(line->program[0], guard, target);
    if (target->status != ZG_CLI_OK) {
        zg_cli_say("%s", target->why);
        return target->status;
    }
    list = zg_preload_list(getenv("LD_PRELOAD"), guard, &target->elf);
    set("LD_PRELOAD", list);
    free(list);
    return ZG_CLI_OK;
}

/* '%' begins a pattern in log_path. */
static char *log_path_in(const char *dir)
{
    char *escaped = zg_cli_alloc(2 * strlen(dir) + 1), *to = escaped, *option;

    for (; *dir != '\0'; dir++) {
        *to++ = *dir;
        if (*dir == '%')
            *to++ = '%';
    }
    option = zg_cli_format("log_path=%s/%%h.%%e", escaped);
    free(escaped);
    return option;
}

/* As the parent of the program: whatever its processes report is in the verdict. */
static int supervise(struct command_line *line, const char *path)
{
    const struct zg_options *options = zg_settings_options(&line->settings);
    struct zg_job_terms terms = {.exitcode = (int)options->exitcode,
                                 .requires_calls = options->require != 0,
                                 .ctest_log = line->log_file};
    struct zg_job job;
    int status;
    char *option;

    if (zg_job_begin(&job, line->job, line->program[0]) != 0)
        return ZG_CLI_CANNOT_RUN;
    option = log_path_in(job.dir);
    zg_settings_add(&line->settings, option);
    zg_settings_add(&line->settings, "format=json");
    zg_settings_add(&line->settings, "summary=1");
    zg_settings_add(&line->settings, "require=0"); /* of the run, not of each process */
    free(option);
    set("ZMQGUARD_OPTIONS", line->settings.text);
    set("ZMQGUARD_JOB", job.dir);
    if (zg_child_run(path, line->program, &status) != 0)
        return ZG_CLI_CANNOT_RUN;
    return zg_child_end(zg_job_end(&job, &terms, status));
}

int zg_cli_run(int argc, char **argv)
{
    struct command_line line = {0};
    static struct zg_target target;
    int status;

    (void)argc;
    line.is_run = strcmp(argv[0], "run") == 0;
    read_command_line(&line, argv);
    status = prepare(&line, &target);
    if (status == ZG_CLI_OK && (line.log_file != NULL || line.is_run)) {
        status = supervise(&line, target.path);
    } else if (status == ZG_CLI_OK) {
        set("ZMQGUARD_OPTIONS", line.settings.text);
        execvp(target.path, line.program);
        zg_cli_say("%s: %s", target.path, strerror(errno));
        status = errno == ENOENT ? ZG_CLI_NOT_FOUND : ZG_CLI_CANNOT_RUN;
    }
    zg_target_free(&target);
    zg_settings_free(&line.settings);
    return status;
}
