/* SPDX-License-Identifier: MPL-2.0 */
/* Uses of objects whose life is over, here or in the parent process. */
#ifndef ZG_TRACK_LIFE_H
#define ZG_TRACK_LIFE_H

#include "track/call.h"

/* An owned record turned the call away as closed. Reports when the record is still that handle's.
 */
void zg_life_closed(struct zg_call *call, struct zg_socket *s, uintptr_t handle);
/* A use that nothing orders after the last one: is it meant for the closed object which had the
 * address before? Then reports that and returns true. */
bool zg_life_stale(struct zg_call *call, struct zg_socket *s);
/* A line for a report about s: its address was another's before. */
struct zg_finding;
void zg_life_describe_previous(struct zg_finding *f, const struct zg_socket *s);
/* A call on an object that the parent process made. Closing it is allowed, once. */
void zg_life_forked(struct zg_call *call, struct zg_socket *s);
/* A call that is no use of the socket (s may be NULL), and yet needs one that lives. */
void zg_life_soft(struct zg_call *call, struct zg_socket *s, uintptr_t handle);

/* Before a call on a context (c may be NULL: not known). */
void zg_life_context(struct zg_call *call, struct zg_context *c);

/* Around fork(), by pthread_atfork. */
void zg_life_before_fork(void);
void zg_life_after_fork(void);

#endif
