/* SPDX-License-Identifier: MPL-2.0 */
/* Which locks threads hold, asked when a report is made and never kept up before. */
#ifndef ZG_TRACK_LOCKS_H
#define ZG_TRACK_LOCKS_H

#include "base/compiler.h"

struct zg_finding;

/* Adds a line for each running thread of the finding that holds a mutex, or a read-write lock for
 * writing, at this moment: among those that were released before, and at most ZG_LOCKS_ASKED of
 * them. Spin locks and read locks do not say who holds them. May be called with any lock held. */
#define ZG_LOCKS_ASKED 4096
void zg_locks_describe(struct zg_finding *f);

#endif
