/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Which findings were raised already: by kind and two stacks, with counts. Bounded: what does not
 * fit in the table is not told apart any more. Used under the lock FINDING only.
 */
#ifndef ZG_REPORT_DEDUP_H
#define ZG_REPORT_DEDUP_H

#include "report/finding.h"

#define ZG_DEDUP_ENTRIES 1024 /* a power of two */
#define ZG_DEDUP_WHERE   80

struct zg_dedup {
    uint8_t kind;
    bool used;
    uint16_t suppression; /* number of the entry that silenced it + 1, 0 none */
    zg_stack_id at, other;
    uint64_t count;             /* how often it was raised */
    char where[ZG_DEDUP_WHERE]; /* as in its SUMMARY line */
};

/* The entry, counted once more; a new one has count 1. NULL when it is new and the table full. */
struct zg_dedup *zg_dedup_note(enum zg_kind kind, zg_stack_id at, zg_stack_id other);
/* All entries, in no order. */
void zg_dedup_each(void (*visit)(const struct zg_dedup *e, void *arg), void *arg);
/* In a child after fork: what the parent reported stays known, the counts are the child's. */
void zg_dedup_after_fork(void);
/* For the tests. */
void zg_dedup_clear(void);

#endif
