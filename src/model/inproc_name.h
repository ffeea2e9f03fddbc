/* SPDX-License-Identifier: MPL-2.0 */
/* What the two halves of inproc.h share: the registry (inproc.c), which changes names under its
 * lock, and messages (inproc_message.c), which read them without. */
#ifndef ZG_MODEL_INPROC_NAME_H
#define ZG_MODEL_INPROC_NAME_H

#include "model/sync.h"

/* Endpoints that a proxy connects. Never freed; a group that was joined to another passes on what
 * it gets. */
struct zg_inproc_group {
    struct zg_sync sync;
    struct zg_inproc_group *parent; /* atomic: written under lock */
};

struct zg_inproc_side {
    struct zg_sync *first;  /* atomic: written once under lock; NULL nobody attached yet */
    struct zg_sync *shared; /* atomic: written once under lock; NULL one socket at a time so far */
    bool taken;             /* guarded by lock: a socket releases into first */
};

struct zg_inproc_name {
    uint64_t key;                  /* never 0 or 1; constant while used */
    struct zg_inproc_group *group; /* atomic: written under lock */
    struct zg_inproc_side sides[2];
    uint32_t sockets;                     /* guarded by lock: attached now */
    bool pinned;                          /* guarded by lock: sockets count that are not in it */
    struct zg_inproc_name *older, *newer; /* guarded by lock: the list of idle names */
    struct zg_inproc_name *next_free;     /* pool link: last word */
};

ZG_INLINE struct zg_inproc_group *zg_inproc_root(struct zg_inproc_group *g)
{
    struct zg_inproc_group *parent;

    while ((parent = __atomic_load_n(&g->parent, __ATOMIC_ACQUIRE)) != NULL)
        g = parent;
    return g;
}

#endif
