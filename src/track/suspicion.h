/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Suspicions: a socket went from one thread to another, no order of the two calls was seen, and one
 * that cannot be seen is possible. No finding by itself; what raises one is remembered by its two
 * places, so that it can be provoked (track/provoke.h), counted, and named in the summary.
 *
 * At most ZG_PAIRS pairs of places are told apart; what comes later shares one more.
 */
#ifndef ZG_TRACK_SUSPICION_H
#define ZG_TRACK_SUSPICION_H

#include "report/summary.h"
#include "track/call.h"

#define ZG_PAIRS 256

struct zg_finding;

/* One side of the last hand-over between two places. */
struct zg_pair_side {
    zg_stack_id stack;
    uint32_t op;
    uint32_t thread; /* actor id */
    uint32_t slot;
};

/* Two places between which sockets go. Written by who is inside of a call on such a socket; about
 * right where two are at the same moment. */
struct zg_pair {
    uint64_t key;                     /* atomic: the two stacks, the smaller one first; 0 = free */
    struct zg_pair_side given, taken; /* the owner's last use; the use that took the socket */
    const char *possible; /* what may have ordered them, "read"; NULL: an order was seen */
    uint32_t times;       /* atomic: suspicions */
    uint32_t choices;     /* atomic: calls of which one may have been held */
    uint32_t holds;       /* atomic: of these, how many were */
    uint32_t fruitless;   /* atomic: of these, how many nobody came into */
    uint32_t proven;      /* atomic: breaches that were found so */
};

/* The hand-over that this call is: its pair is the socket's from now on. The caller is inside a
 * call on the socket. Never NULL. */
struct zg_pair *zg_suspicion_pair(const struct zg_call *call, struct zg_socket *s,
                                  const struct zg_prior *prior);
/* The same for one that is suspect, and by what it may have been ordered. Reports it where
 * unproven-hand-over is not off; it may then not return. */
void zg_suspicion_raise(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior,
                        const char *possible);
/* For a report: what is known of the pair. */
void zg_suspicion_describe(struct zg_finding *f, const struct zg_pair *pair);
/* For the exit summary. */
void zg_suspicion_collect(struct zg_summary *summary);

#endif
