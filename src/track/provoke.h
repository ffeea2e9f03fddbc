/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Suspicions: a socket went from one thread to another, no order of the two calls was seen, and one
 * that cannot be seen is possible. No finding by itself; what raises one is remembered by its two
 * places, so that it can be provoked, counted, and named in the summary.
 *
 * Proof by provocation. A call on a suspect socket is held open now and then, before the real call.
 * A thread that enters meanwhile is in a call at the same moment, whatever the program orders by:
 * nothing that the held call would do has happened yet, so nothing can have told the other thread
 * that it is over. After TSVD (Li et al., SOSP 2019), whose two ideas these are: hold where a
 * hand-over came near, and less often each time that nobody came.
 *
 * provoke=auto holds 20 ms at most until 200 ms were spent in the process, then 5 ms and 1 % of a
 * thread's time; a pair of places is held half as often after each fruitless time. provoke=MS holds
 * that long, 10 % of a thread's time at most, on every socket that a second thread came to.
 */
#ifndef ZG_TRACK_PROVOKE_H
#define ZG_TRACK_PROVOKE_H

#include "report/summary.h"
#include "track/call.h"
#include "track/learnt.h"

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
    bool is_learnt;       /* read from a file: track/learnt.h */
    struct zg_pair *used; /* atomic: this one, or the same pair as it was read from the file, which
                             is used in its place; NULL not decided yet */
};

/* In milliseconds; for what has no timeout of its own. */
#define ZG_PROVOKE_NO_LIMIT (-1L)

/* The call has entered the socket and noted it: holds it, if it is due. timeout: the call's own, of
 * which a tenth is spent at most. Keeps errno. False: the socket gives no reason to. */
void zg_provoke_slow(const struct zg_call *call, struct zg_socket *s, long timeout);
ZG_INLINE bool zg_provoke(const struct zg_call *call, struct zg_socket *s, long timeout)
{
    if (s->pair == NULL)
        s->pair = zg_learnt_place(call->stack);
    if (zg_likely(s->pair == NULL))
        return false;
    zg_provoke_slow(call, s, timeout);
    return true;
}

/* The hand-over that this call is, which nothing seen orders: its pair is the socket's from now on.
 * possible: by what it may have been ordered. The caller is inside a call on the socket. */
void zg_provoke_suspect(const struct zg_call *call, struct zg_socket *s,
                        const struct zg_prior *prior, const char *possible);
/* A hand-over that is in order, by which provoke=MS chooses sockets. */
void zg_provoke_ordered(const struct zg_call *call, struct zg_socket *s,
                        const struct zg_prior *prior);

/* The report's lines about a holder that is held in a call on that socket, if it is; NULL: it is
 * not. */
void zg_provoke_describe(struct zg_finding *f, const struct zg_thread *holder,
                         const struct zg_socket *s);
/* Another thread has come, and is about to be reported. */
void zg_provoke_caught(const struct zg_thread *holder, const struct zg_socket *s);
/* Another thread has come, and was reported: ends the hold, and waits until the held call is over,
 * so that the two do not collide by the guard's doing. False: it was not held. */
bool zg_provoke_met(struct zg_thread *holder, struct zg_socket *s);

/* The pairs that this run met, but for those that found no place. A pair that has a learnt one is
 * empty. */
void zg_provoke_each(void (*visit)(struct zg_pair *pair, void *arg), void *arg);
/* For the exit summary: suspicions, holds, and the seed. */
void zg_provoke_collect(struct zg_summary *summary);

#endif
