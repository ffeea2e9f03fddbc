/* SPDX-License-Identifier: MPL-2.0 */
/* The records of a run: where they go, and what they say about it in the end. */
#include "cli/job.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/memcheck.h"
#include "cli/report.h"

#define REQUIRE_STATUS 99            /* as of the library's require=1 */
#define STATUS(code)   ((code) << 8) /* of waitpid(2) */

static void put_now(char out[40])
{
    struct timeval now;
    struct tm utc;
    size_t n;

    gettimeofday(&now, NULL);
    gmtime_r(&now.tv_sec, &utc);
    n = strftime(out, 40, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + n, 40 - n, ".%06ldZ", (long)now.tv_usec);
}

/* Appends a record to the run's own file. 0 or -1. */
static int note(const struct zg_job *j, json_t *record)
{
    char *path = zg_cli_format("%s/run", j->dir);
    FILE *f = fopen(path, "ae");
    int rc = -1;

    if (f != NULL) {
        json_dumpf(record, f, JSON_COMPACT | JSON_ENSURE_ASCII);
        fputc('\n', f);
        rc = ferror(f) ? -1 : 0;
        rc = fclose(f) == 0 ? rc : -1;
    }
    if (rc != 0)
        zg_cli_say("%s: %s", path, strerror(errno));
    json_decref(record);
    free(path);
    return rc;
}

static json_t *record_of(const struct zg_job *j, const char *state, const char *time)
{
    char host[HOST_NAME_MAX + 1] = "unknown";
    json_t *program = json_string(j->program);

    gethostname(host, sizeof(host) - 1);
    if (program == NULL) /* not UTF-8 */
        program = json_string("a program");
    return json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:o}", "zmqguard", 1, "record", "run", "state",
                     state, "time", time, "pid", (int)getpid(), "host", host, "exe", program);
}

/* A directory of this run's own, below the job's. Absolute: the program may start elsewhere. */
static char *make_directory(const char *parent)
{
    const char *tmp = getenv("TMPDIR");
    char whole[PATH_MAX];
    char *dir;

    if (parent != NULL && mkdir(parent, 0700) != 0 && errno != EEXIST)
        return NULL;
    if (parent != NULL && realpath(parent, whole) == NULL)
        return NULL;
    if (parent != NULL)
        dir = zg_cli_format("%s/run-XXXXXX", whole);
    else
        dir = zg_cli_format("%s/zmqguard-XXXXXX", tmp == NULL || tmp[0] != '/' ? "/tmp" : tmp);
    if (mkdtemp(dir) != NULL)
        return dir;
    free(dir);
    return NULL;
}

int zg_job_begin(struct zg_job *j, const char *parent, const char *program)
{
    *j = (struct zg_job){.program = program, .is_private = parent == NULL};
    j->dir = make_directory(parent);
    if (j->dir == NULL) {
        zg_cli_say("%s: %s", parent != NULL ? parent : "a directory for the records",
                   strerror(errno));
        return -1;
    }
    put_now(j->begun);
    return note(j, record_of(j, "begun", j->begun));
}

static int note_end(const struct zg_job *j, int status)
{
    char now[40];
    json_t *record;

    put_now(now);
    record = record_of(j, "ended", now);
    json_object_set_new(record, "begun", json_string(j->begun));
    if (WIFSIGNALED(status))
        json_object_set_new(record, "signal", json_integer(WTERMSIG(status)));
    else
        json_object_set_new(record, "status", json_integer(WEXITSTATUS(status)));
    return note(j, record);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    (void)remove(path);
    return 0;
}

static void clean_up(struct zg_job *j)
{
    if (j->is_private) /* runs inside of this one have put theirs there */
        nftw(j->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(j->dir);
    j->dir = NULL;
}

struct collection {
    struct zg_groups groups;
    FILE *log; /* CTest's, or NULL */
};

static void collect(struct zg_record *r, void *arg)
{
    struct collection *c = arg;

    if (r->is_notice) {
        zg_cli_say("%s (pid=%d): %s", r->program, r->pid, r->sentence);
        zg_record_free(r);
        return;
    }
    if (c->log != NULL && !r->is_summary && !r->is_run)
        zg_memcheck_put(r, c->log);
    zg_groups_add(&c->groups, r);
}

static int verdict(const struct zg_groups *g, const struct zg_job_terms *terms, int status)
{
    if (status != 0)
        return status;
    if (g->errors > 0) {
        zg_cli_say("%zu error%s in the processes of this run, whose program ended with status 0: "
                   "exit status %d",
                   g->errors, g->errors == 1 ? "" : "s", terms->exitcode);
        return STATUS(terms->exitcode);
    }
    if (g->problem_count > 0)
        return STATUS(ZG_CLI_USAGE);
    if (!terms->requires_calls || g->calls > 0)
        return 0;
    zg_cli_say("require=1: no libzmq call was intercepted; exit status %d", REQUIRE_STATUS);
    return STATUS(REQUIRE_STATUS);
}

int zg_job_end(struct zg_job *j, const struct zg_job_terms *terms, int status)
{
    struct collection c = {0};
    struct zg_reading reading = {.take = collect, .arg = &c, .groups = &c.groups};
    int failed = note_end(j, status);

    if (terms->ctest_log != NULL && (c.log = fopen(terms->ctest_log, "we")) == NULL)
        failed = -1;
    zg_inputs_read(&reading, &j->dir, 1);
    zg_groups_finish(&c.groups);
    if (c.groups.count > 0)
        zg_report_text(&c.groups, stderr);
    else
        zg_report_proof(&c.groups, stderr);
    if (c.log != NULL && (ferror(c.log) | fclose(c.log)) != 0)
        failed = -1;
    if (failed != 0)
        zg_cli_say("%s: not written completely", terms->ctest_log ? terms->ctest_log : j->dir);
    status = verdict(&c.groups, terms, status == 0 && failed ? STATUS(ZG_CLI_USAGE) : status);
    zg_groups_free(&c.groups);
    clean_up(j);
    return status;
}
