/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Who came to an object that another thread had used last: the newest few hand-overs, with both
 * places and what ordered them. Written at hand-overs only, by who comes; read for reports, which
 * take what they find: an entry that is being written may be half old.
 */
#ifndef ZG_MODEL_USERS_H
#define ZG_MODEL_USERS_H

#include "model/owner.h"

#define ZG_USERS 8 /* a power of two */

enum zg_coming {
    ZG_CAME_ORDERED,   /* `order` says by what, if that is remembered */
    ZG_CAME_UNORDERED, /* nothing that is seen orders the two uses */
    ZG_CAME_OVERLAP,   /* the other one was inside */
};

struct zg_user {
    uint64_t use;    /* zg_use_make() of who came, */
    uint64_t before; /* and of who used it before */
    uint64_t order;  /* zg_sync_tag(), 0 unknown */
    uint64_t time;   /* zg_sys_coarse() */
    uint32_t actor, before_actor;
    uint16_t slot, before_slot; /* of the actors, for zg_thread_by_id() */
    uint8_t coming;             /* enum zg_coming */
};

struct zg_users {
    uint32_t object; /* atomic: number of the object that these are of; others' are void */
    uint32_t count;  /* atomic: written so far; the newest is of[(count - 1) % ZG_USERS] */
    struct zg_user of[ZG_USERS];
};

/* Adds one, or says of the newest, when it is the same again, that it came now. *users is made when
 * it is NULL and there is memory, and lives for ever. */
void zg_users_add(struct zg_users **users, uint32_t object, const struct zg_user *user);
/* The n-th newest (0 first), copied; false when there is none. users may be NULL. */
bool zg_users_newest(const struct zg_users *users, uint32_t object, uint32_t n,
                     struct zg_user *user);

#endif
