/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard report FILES…: merges records and writes them for people and for CI systems. */
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inputs.h"

static const char usage[] =
    "usage: zmqguard report [OPTION…] FILE|DIR…\n"
    "       zmqguard report [OPTION…] --diff OLD NEW\n"
    "\n"
    "Merges JSON records (format=json) of many processes and hosts; a directory stands for the\n"
    "files in it, - for standard input.\n"
    "\n"
    "  --format=text|junit|sarif|github|gitlab|html   default: text\n"
    "  --diff                          two files or directories: what is new in the second; only "
    "new\n"
    "                                  findings count for the exit status\n"
    "  --frames=own|all                libraries' frames folded, long names short; or all\n"
    "  --fail-on=error|warning|never   least severity for exit status 1; default: error\n"
    "  --allow-empty                   no record at all is no findings, not status 2\n"
    "  --gen-suppressions              write a suppression for each finding instead\n"
    "  --follow                        go on, and print each record as it comes (text only)\n";

typedef void writer(const struct zg_groups *g, FILE *out);

static const struct {
    const char *name;
    writer *write;
} formats[] = {
    {"text", zg_report_text},     {"junit", zg_report_junit},   {"sarif", zg_report_sarif},
    {"github", zg_report_github}, {"gitlab", zg_report_gitlab}, {"html", zg_report_html},
};

enum fail_on { FAIL_ON_ERROR, FAIL_ON_WARNING, FAIL_NEVER };

struct choices {
    writer *write;
    enum fail_on fail_on;
    bool follow, allow_empty, diff, has_format, gen_suppressions;
};

static writer *format_named(const char *name)
{
    for (size_t i = 0; i < ZG_COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return formats[i].write;
    zg_cli_usage("report: unknown format %s: text, junit, sarif, github, gitlab or html", name);
}

static enum fail_on fail_on_named(const char *name)
{
    static const char *const names[] = {"error", "warning", "never"};

    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum fail_on)i;
    zg_cli_usage("report: --fail-on takes error, warning or never, not %s", name);
}

static bool all_frames_named(const char *name)
{
    if (strcmp(name, "all") != 0 && strcmp(name, "own") != 0)
        zg_cli_usage("report: --frames takes own or all, not %s", name);
    return strcmp(name, "all") == 0;
}

/* Returns the index of the first operand. */
static int read_choices(struct choices *c, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *format = zg_cli_value(argv[i], "format");
        const char *fail_on = zg_cli_value(argv[i], "fail-on");
        const char *frames = zg_cli_value(argv[i], "frames");

        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(ZG_CLI_OK);
        }
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (format != NULL)
            c->has_format = true, c->write = format_named(format);
        else if (fail_on != NULL)
            c->fail_on = fail_on_named(fail_on);
        else if (frames != NULL)
            zg_report_all_frames = all_frames_named(frames);
        else if (strcmp(argv[i], "--gen-suppressions") == 0)
            c->gen_suppressions = true;
        else if (strcmp(argv[i], "--allow-empty") == 0)
            c->allow_empty = true;
        else if (strcmp(argv[i], "--diff") == 0)
            c->diff = true;
        else if (strcmp(argv[i], "--follow") == 0)
            c->follow = true;
        else
            zg_cli_usage("report: unknown option %s; see zmqguard report --help", argv[i]);
    }
    return i;
}

/* What the guard has to say of itself: for people, in whatever form the findings are written. */
static void pass_on(struct zg_record *r)
{
    zg_cli_say("%s (pid=%d on %s): %s", r->program, r->pid, r->host, r->sentence);
    zg_record_free(r);
}

static void add_to_groups(struct zg_record *r, void *groups)
{
    if (r->is_notice)
        pass_on(r);
    else
        zg_groups_add(groups, r);
}

static void print_at_once(struct zg_record *r, void *unused)
{
    (void)unused;
    if (r->is_notice) {
        pass_on(r);
        return;
    }
    if (!r->is_summary && !r->is_run)
        zg_report_text_record(r, stdout);
    fflush(stdout);
    zg_record_free(r);
}

static int verdict(const struct choices *c, const struct zg_groups *g)
{
    if (g->problem_count > 0)
        return ZG_CLI_USAGE;
    if (c->fail_on == FAIL_NEVER)
        return ZG_CLI_OK;
    if (g->errors > 0 || (c->fail_on == FAIL_ON_WARNING && g->warnings > 0))
        return ZG_CLI_FINDINGS;
    return ZG_CLI_OK;
}

static void read_groups(struct zg_groups *g, char **paths, size_t count, bool may_be_empty)
{
    struct zg_reading reading = {
        .take = add_to_groups, .arg = g, .groups = g, .may_be_empty = may_be_empty};

    zg_inputs_read(&reading, paths, count);
    zg_groups_finish(g);
}

static int write_groups(const struct choices *c, const struct zg_groups *g)
{
    c->write(g, stdout);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return verdict(c, g);
    zg_cli_say("report: standard output was not written completely");
    return ZG_CLI_USAGE;
}

int zg_cli_report(int argc, char **argv)
{
    struct choices c = {.write = zg_report_text};
    struct zg_groups groups = {0}, older = {0};
    int first = read_choices(&c, argc, argv), status;

    if (first == argc)
        zg_cli_usage("report: no file; see zmqguard report --help");
    if (c.follow && (c.write != zg_report_text || c.gen_suppressions))
        zg_cli_usage("report: --follow writes text only");
    if (c.follow)
        zg_inputs_follow(argv + first, (size_t)(argc - first), print_at_once, NULL);
    if (c.gen_suppressions && c.has_format)
        zg_cli_usage("report: --gen-suppressions has a form of its own; leave --format= out");
    if (c.gen_suppressions)
        c.write = zg_report_suppressions;
    if (c.diff && argc - first != 2)
        zg_cli_usage("report: --diff takes two files or directories, the older one first");
    if (c.diff)
        read_groups(&older, argv + first++, 1, c.allow_empty);
    read_groups(&groups, argv + first, (size_t)(argc - first), c.allow_empty);
    if (c.diff)
        zg_groups_compare(&groups, &older);
    status = write_groups(&c, &groups);
    zg_groups_free(&groups);
    zg_groups_free(&older);
    return status;
}
