/* SPDX-License-Identifier: MPL-2.0 */
/* What inproc.c, which changes names under its lock, and inproc_message.c, which reads them
 * without, know of a name. Those of a socket's ends stay while it is attached. */
#ifndef ZG_MODEL_INPROC_NAMES_H
#define ZG_MODEL_INPROC_NAMES_H

#include "model/inproc.h"

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
    struct zg_socket *holder; /* atomic: that socket; NULL none. Written under lock */
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

/* Who receives there has something to learn, maybe. After a fence that follows what it is: pairs
 * with that in zg_inproc_quieten(). The socket may be gone, and its record another's: that one
 * looks once more in vain. */
ZG_INLINE void zg_inproc_disturb(const struct zg_inproc_side *side)
{
    /* Acquire: what is written there comes after what take_side() found there. */
    struct zg_socket *s = __atomic_load_n(&side->holder, __ATOMIC_ACQUIRE);

    if (s != NULL)
        __atomic_store_n(&s->owned.quiet, false, __ATOMIC_RELAXED);
}

/* The last release into the own object, which fast sends note nowhere else. */
ZG_INLINE zg_epoch zg_inproc_last_release(const struct zg_socket *s)
{
    return s->owned.own != &zg_inproc_none ? __atomic_load_n(&s->owned.own->last, __ATOMIC_RELAXED)
                                           : s->inproc->epoch;
}

ZG_INLINE void zg_inproc_set_own(struct zg_socket *s, struct zg_sync *own)
{
    s->inproc->epoch = zg_inproc_last_release(s);
    s->owned.own = own;
}

#endif
