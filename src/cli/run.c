/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard [options] [--] program args…: checks the program, sets the environment, becomes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/memcheck.h"
#include "cli/preload.h"
#include "cli/settings.h"
#include "cli/target.h"

struct command_line {
    struct zg_settings settings;
    const char *log_file; /* Valgrind's option: CTest calls, memcheck.h */
    const char *foreign;  /* the first option that only Valgrind knows */
    char **program;       /* its argv, NULL-terminated */
};

static const char usage[] =
    "usage: zmqguard [--OPTION=VALUE…] [--] PROGRAM [ARG…]\n"
    "       zmqguard report [--format=text|junit|sarif|github|gitlab|html] FILE…\n"
    "       zmqguard symbolize [--debug-path=DIR] [--sysroot=DIR] [LOG…]\n"
    "       zmqguard check FILE…\n"
    "\n"
    "Runs PROGRAM with libzmqguard.so, which reports uses of ZeroMQ sockets by threads that may\n"
    "not use them, and ipc endpoints that others may enter. The exit status is the program's own:\n"
    "an error ends it by SIGABRT unless --on_error says otherwise. See zmqguard(1).\n"
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

static int run_for_ctest(struct command_line *line, const char *path)
{
    struct zg_memcheck memcheck;
    int rc = zg_memcheck_begin(&memcheck, line->log_file);
    char *reports;

    if (rc != 0) {
        zg_cli_say("a directory for the reports: %s", strerror(-rc));
        return ZG_CLI_CANNOT_RUN;
    }
    reports = zg_cli_format("log_path=%s/report", memcheck.reports);
    zg_settings_add(&line->settings, reports);
    zg_settings_add(&line->settings, "format=text");
    zg_settings_add(&line->settings, "color=never");
    free(reports);
    set("ZMQGUARD_OPTIONS", line->settings.text);
    return zg_memcheck_run(&memcheck, path, line->program);
}

int zg_cli_run(int argc, char **argv)
{
    struct command_line line = {0};
    static struct zg_target target;
    int status;

    (void)argc;
    read_command_line(&line, argv);
    status = prepare(&line, &target);
    if (status == ZG_CLI_OK && line.log_file != NULL) {
        status = run_for_ctest(&line, target.path);
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
