/* SPDX-License-Identifier: MPL-2.0 */
/* Records of many processes and hosts, merged: one group for each fingerprint. */
#ifndef ZG_CLI_GROUP_H
#define ZG_CLI_GROUP_H

#include "cli/record.h"

struct zg_group {
    struct zg_record **records; /* by time; the first stands for all */
    size_t count;
    uint64_t times;           /* seen: a process writes equal findings once, and counts them */
    size_t processes, hosts;  /* how many different ones */
    const char *first, *last; /* times, "" unknown */
};

struct zg_groups {
    struct zg_group *groups;
    size_t count;
    size_t errors, warnings;      /* groups of each severity */
    size_t records;               /* of findings */
    struct zg_record **summaries; /* one of each process that came to its end */
    size_t summary_count;
    uint64_t calls, sockets, threads; /* that all of those have seen */
    struct zg_record **runs;          /* of zmqguard run: a record of each begin and end */
    size_t run_count;
    size_t ended_runs;
    char **problems; /* a sentence each: why these may not be all findings */
    size_t problem_count;
};

/* Takes the record over. */
void zg_groups_add(struct zg_groups *g, struct zg_record *r);
/* To be called once all records are there: counts, puts errors first, then by first time, and adds
 * runs that never ended to the problems. */
void zg_groups_finish(struct zg_groups *g);
void zg_groups_free(struct zg_groups *g);

#endif
