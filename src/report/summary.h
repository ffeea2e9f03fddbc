/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The exit summary: that, and what, was intercepted, and what came of it. Text, or one JSON record
 * with "record": "summary" (report/json.h has the other records).
 */
#ifndef ZG_REPORT_SUMMARY_H
#define ZG_REPORT_SUMMARY_H

#include "base/str.h"

#define ZG_SUMMARY_BYTES ((size_t)64 << 10)
#define ZG_SUMMARY_BLIND 8

/* What only the floors above know. */
struct zg_summary {
    uint64_t calls; /* uses of sockets, timers and pollers that were checked */
    uint32_t sockets_made, sockets_open;
    uint32_t threads;          /* of the application */
    uint32_t internal_threads; /* libzmq's own that are remembered */
    const char *policy;        /* "fence", or "suspect": what policy=auto decided on */
    char why[320];             /* what decided it; raw */
    uint32_t blind_count;
    char blind[ZG_SUMMARY_BLIND][320]; /* raw */
};

/* In the form that format= asks for. */
void zg_summary_write(const struct zg_summary *s, struct zg_buf *out);

#endif
