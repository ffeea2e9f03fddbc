/* SPDX-License-Identifier: MPL-2.0 */
/* Records of many processes and hosts, merged: one group for each fingerprint. */
#ifndef ZG_CLI_GROUP_H
#define ZG_CLI_GROUP_H

#include "cli/record.h"

/* Of a group when two jobs are compared. */
enum zg_group_state {
    ZG_GROUP_ALONE, /* nothing is compared */
    ZG_GROUP_NEW,
    ZG_GROUP_KNOWN, /* in the older job as well: forms for CI leave it out */
    ZG_GROUP_GONE,  /* of the older job: not in the newer one */
};

struct zg_group {
    enum zg_group_state state;
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
    const struct zg_groups *older; /* what this was compared with, or NULL */
    char **problems;               /* a sentence each: why these may not be all findings */
    size_t problem_count;
};

/* Takes the record over. */
void zg_groups_add(struct zg_groups *g, struct zg_record *r);
/* To be called once all records are there: counts, puts errors first, then by first time, and adds
 * runs that never ended to the problems. */
void zg_groups_finish(struct zg_groups *g);
/* Marks the groups of both by whether the other has them too. The errors and warnings of g are then
 * the new ones alone. `older` must outlive g; its problems become g's. */
void zg_groups_compare(struct zg_groups *g, struct zg_groups *older);
/* How many groups are in this state. */
size_t zg_groups_in(const struct zg_groups *g, enum zg_group_state state);
void zg_groups_free(struct zg_groups *g);

#endif
