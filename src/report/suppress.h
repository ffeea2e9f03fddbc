/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Suppressions: a file with a line
 *     KIND:PATTERN [with PATTERN] [expires=YYYY-MM-DD]
 * for each finding that is not to be reported. KIND is a kind's name or *. PATTERN is matched
 * against what identifies the finding, never against where things were created: against each use's
 * chain of calls (report/chain.h) and the function, file and module of each of its frames, and
 * against the endpoints. '*' matches anything, '^' and '$' anchor; without anchors it may match
 * anywhere. The second pattern must match the other use. # begins a comment. After its date (UTC)
 * an entry has no effect but to be named.
 *
 * What is matched is the escaped form, the one that reports show. The line that a report offers
 * names the chains of its uses, or its endpoint, and so silences what has the same fingerprint.
 */
#ifndef ZG_REPORT_SUPPRESS_H
#define ZG_REPORT_SUPPRESS_H

#include "report/report.h"

#define ZG_SUPPRESSIONS      1024
#define ZG_SUPPRESSION_BYTES ((size_t)256 << 10)

struct zg_suppression {
    uint32_t kind; /* ZG_KIND_COUNT: any */
    uint32_t line;
    const char *pattern; /* in the file's text, which is kept */
    const char *other;   /* the pattern of the other use; NULL none */
    uint32_t expires;    /* YYYYMMDD, 0 never */
    bool expired;
    uint64_t hits;
};

/* An endpoint as the program wrote it, as patterns name it: escaped, and its own stars, which stand
 * for something else in each run, as \x2a. */
void zg_suppress_name(struct zg_buf *out, const char *written);

/* Reads the file; 0, or -ZG_EINVAL with "FILE:LINE: what is wrong" in *error. Call it before there
 * is a second thread; again for the tests only. */
int zg_suppress_load(const char *path, struct zg_buf *error);
/* The number of the entry that silences the report, or -1. An expired one that would have is
 * noted in r->expired. Neither counts a hit. */
int zg_suppress_match(struct zg_report *r);
void zg_suppress_hit(uint32_t entry);
/* All of them. */
const struct zg_suppression *zg_suppress_all(uint32_t *count);
/* In a child after fork: its own hits. */
void zg_suppress_after_fork(void);
/* The file as it was given, for messages. */
const char *zg_suppress_file(void);

#endif
