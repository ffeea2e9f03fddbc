/* SPDX-License-Identifier: MPL-2.0 */
/* A finding as the writers get it: with its frames resolved and all that was decided about it. */
#ifndef ZG_REPORT_REPORT_H
#define ZG_REPORT_REPORT_H

#include "report/frames.h"

#define ZG_REPORT_WHERE       256
#define ZG_REPORT_SUPPRESSION 768
#define ZG_SUPPRESS_WITH      " with "           /* between the patterns of two uses */
#define ZG_REPORT_BYTES       ((size_t)64 << 10) /* of a text report at most */
#define ZG_JSON_BYTES         ((size_t)256 << 10)

struct zg_buf;

struct zg_report {
    const struct zg_finding *finding;
    const struct zg_traces *traces; /* NULL: memory was exhausted */
    enum zg_severity severity;
    int pid;
    uint64_t wall_ns;
    uint64_t fingerprint;                    /* zg_chain_place() */
    char where[ZG_REPORT_WHERE];             /* "pipeline.c:41 in worker", escaped */
    char suppression[ZG_REPORT_SUPPRESSION]; /* report/suppress.h; escaped */
    char expired[ZG_REPORT_WHERE]; /* "": the suppression that would have applied; escaped */
};

/* "error", "warning" */
const char *zg_severity_name(enum zg_severity severity);

#endif
