/* SPDX-License-Identifier: MPL-2.0 */
/* Turning records into the facts of a finding. */
#ifndef ZG_TRACK_DESCRIBE_H
#define ZG_TRACK_DESCRIBE_H

#include "report/finding.h"
#include "track/call.h"

/* "the main thread", "thread T2": for sentences. Lives as long as the buffer. */
const char *zg_describe_thread(char *out, size_t cap, uint32_t id, uint32_t slot);
/* "a PUSH socket", "a timer set", "a poller" */
const char *zg_describe_object(char *out, size_t cap, const struct zg_socket *s);

/* The event of the call at fault: always the first one. */
void zg_describe_access(struct zg_finding *f, const struct zg_call *call);
/* A use that a record remembers. */
void zg_describe_use(struct zg_finding *f, enum zg_role role, const struct zg_prior *prior,
                     uint32_t actor);
/* The object, where it was created and, when it is, closed. */
void zg_describe_socket(struct zg_finding *f, const struct zg_socket *s);
/* The object, and where it was created, as an event of this role. */
void zg_describe_made(struct zg_finding *f, enum zg_role role, const struct zg_socket *s);
/* What the two threads last synchronised by: the lock that a reader expects and misses. */
void zg_describe_order(struct zg_finding *f, uint32_t owner, uint32_t owner_slot,
                       const struct zg_thread *t);

/* Gives a thread kind's finding its fix, where the advice of the kind would not work: `op` is the
 * call at fault, `other` the one it collides with or follows (indexes into zmq.def), `strict` when
 * ordered uses are reported. Called in the thread at fault, whose language decides the words. */
void zg_describe_fix(struct zg_finding *f, uint32_t op, uint32_t other, bool strict);

/* Adds where each thread of the finding was created. */
void zg_describe_threads(struct zg_finding *f);
/* The same, and ends it: it may not return. */
void zg_describe_end(struct zg_finding *f);

#endif
