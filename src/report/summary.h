/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The exit summary: that, and what, was intercepted, and what came of it. Text, or one JSON record
 * with "record": "summary" (report/json.h has the other records).
 */
#ifndef ZG_REPORT_SUMMARY_H
#define ZG_REPORT_SUMMARY_H

#include "base/str.h"

#define ZG_SUMMARY_BYTES    ((size_t)64 << 10)
#define ZG_SUMMARY_BLIND    8
#define ZG_SUMMARY_UNPROVEN 8

/* What only the floors above know. */
struct zg_summary {
    uint64_t calls; /* uses of sockets, timers and pollers that were checked */
    uint32_t sockets_made, sockets_open;
    uint32_t threads;          /* of the application */
    uint32_t internal_threads; /* libzmq's own that are remembered */
    const char *policy;        /* "fence", or "suspect": what policy=auto decided on */
    char why[320];             /* what decided it; raw */
    /* Hand-overs that may or may not be in order: */
    uint64_t suspicions;
    uint32_t pairs;    /* of places that raised them */
    uint32_t unproven; /* of these, how many were not proven */
    uint32_t holds;    /* calls held open to find out, */
    uint32_t proven;   /* and breaches found so */
    uint32_t learnt;   /* pairs of places that an earlier run knew */
    uint64_t held_ns;
    uint32_t seed;                                 /* by which the calls were chosen; 0 none was */
    char unproven_pairs[ZG_SUMMARY_UNPROVEN][256]; /* the first of them; raw */
    uint32_t blind_count;
    char blind[ZG_SUMMARY_BLIND][320]; /* raw */
};

/* In the form that format= asks for. */
void zg_summary_write(const struct zg_summary *s, struct zg_buf *out);

#endif
