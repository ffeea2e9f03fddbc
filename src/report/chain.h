/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What tells one use from another in a suppression: the libzmq function and the innermost calls of
 * the reader's own code that led to it, "zmq_send<push<work<main". Line numbers, addresses and
 * libraries in between do not count, so that a chain outlives other changes of the program.
 */
#ifndef ZG_REPORT_CHAIN_H
#define ZG_REPORT_CHAIN_H

#include "report/report.h"

#define ZG_CHAIN_FRAMES 3 /* functions behind the first '<' at most */

struct zg_buf;

/* A frame: a place, and which of its lines (inlined functions have one each). */
struct zg_frame_at {
    const struct zg_place *place; /* NULL: none */
    const struct zg_line *line;   /* never NULL; its texts may be "" */
    uint32_t index, inlined;      /* of the place in its trace, of the line in its place */
};

/* The frame of an event that its reader looks for: the first of his own code, else the first that
 * is no binding's (a script's before code), else the first. */
struct zg_frame_at zg_chain_first(const struct zg_report *r, uint32_t event);
/* Line `inlined` of the place `index` of an event's stack. */
struct zg_frame_at zg_chain_frame(const struct zg_report *r, uint32_t event, uint32_t index,
                                  uint32_t inlined);
/* Not the reader's own code (report/code.h). */
bool zg_chain_is_library(const struct zg_frame_at *f);
/* The function's name, or its symbol; "" unknown. */
const char *zg_chain_function(const struct zg_frame_at *f);
/* Is the finding about this event, or does it only tell where something comes from? */
bool zg_chain_is_use(enum zg_role role);
/* The chain of a use, escaped. By symbols: as it is when nobody could look up names. False: the use
 * has no frames. */
bool zg_chain_put(const struct zg_report *r, uint32_t event, bool by_symbols, struct zg_buf *out);
/* Fills in where the finding is, its suppression and its fingerprint. */
void zg_chain_place(struct zg_report *r);

#endif
