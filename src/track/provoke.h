/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Proof by provocation. A call on a suspect socket (track/suspicion.h) is held open now and then,
 * before the real call. A thread that enters meanwhile is in a call at the same moment, whatever
 * the program orders by: nothing that the held call would do has happened yet, so nothing can have
 * told the other thread that it is over. After TSVD (Li et al., SOSP 2019), whose two ideas these
 * are: hold where a hand-over came near, and less often each time that nobody came.
 *
 * provoke=auto holds 20 ms at most until 200 ms were spent in the process, then 5 ms and 1 % of a
 * thread's time; a pair of places is held half as often after each fruitless time. provoke=MS holds
 * that long, 10 % of a thread's time at most, on every socket that a second thread came to.
 */
#ifndef ZG_TRACK_PROVOKE_H
#define ZG_TRACK_PROVOKE_H

#include "report/summary.h"
#include "track/call.h"
#include "track/suspicion.h"

struct zg_finding;

/* In milliseconds; for what has no timeout of its own. */
#define ZG_PROVOKE_NO_LIMIT (-1L)

/* The call has entered the socket and noted it: holds it, if it is due. timeout: the call's own, of
 * which a tenth is spent at most. Keeps errno. */
void zg_provoke_slow(const struct zg_call *call, struct zg_socket *s, long timeout);
ZG_INLINE void zg_provoke(const struct zg_call *call, struct zg_socket *s, long timeout)
{
    if (zg_unlikely(s->pair != NULL))
        zg_provoke_slow(call, s, timeout);
}

/* A hand-over that is in order, by which provoke=MS chooses sockets. */
void zg_provoke_ordered(const struct zg_call *call, struct zg_socket *s,
                        const struct zg_prior *prior);

/* Is the thread held in a call on that socket? NULL: no. Else the pair, and since when. */
const struct zg_pair *zg_provoke_held(const struct zg_thread *t, const struct zg_socket *s,
                                      uint64_t *since);
/* The report's lines about it. */
void zg_provoke_describe(struct zg_finding *f, const struct zg_thread *holder,
                         const struct zg_socket *s);
/* Another thread has come, and was reported: ends the hold, and waits until the held call is over,
 * so that the two do not collide by the guard's doing. False: it was not held. */
bool zg_provoke_met(struct zg_thread *holder, struct zg_socket *s);

/* For the exit summary: suspicions, holds, and the seed. */
void zg_provoke_collect(struct zg_summary *summary);

#endif
