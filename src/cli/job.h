/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmqguard run: one program and all processes that it starts, judged together. Their records go to
 * a directory of the run's own, below the job's (--job=DIR, ZMQGUARD_JOB) or a private one that is
 * removed. The run adds records of its own to it, {"zmqguard": 1, "record": "run", "state":
 * "begun" | "ended", …}, so that `zmqguard report DIR` knows a job without findings from one that
 * never ran, and notices a run that was killed.
 */
#ifndef ZG_CLI_JOB_H
#define ZG_CLI_JOB_H

#include "base/compiler.h"

struct zg_job {
    char *dir; /* of this run, absolute: the ZMQGUARD_JOB of runs inside of it */
    bool is_private;
    const char *program;
    char begun[40]; /* time */
};

struct zg_job_terms {
    int exitcode;          /* when there were errors and the program ended well */
    bool requires_calls;   /* require=1: at least one call of libzmq in the whole run */
    const char *ctest_log; /* or NULL: cli/memcheck.h */
};

/* Makes the directory (and the job's own, which may be NULL) and notes the begin. 0, or -1 when
 * that failed, which was said. */
int zg_job_begin(struct zg_job *j, const char *parent, const char *program);
/*
 * After the program's end (a status of waitpid(2)): prints the findings of all its processes to
 * stderr and returns the verdict as a status of waitpid(2): the program's own unless it is 0.
 */
int zg_job_end(struct zg_job *j, const struct zg_job_terms *terms, int status);

#endif
