/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The guard's own lock: a futex mutex. While it is held no handler of the host's runs in its thread
 * (base/critical.h), so that none can come back for the lock.
 *
 * Ranks: a thread takes locks in ascending order of rank only. No call that can take the dynamic
 * loader's lock (dlsym, dlopen, dladdr) is made while one is held.
 */
#ifndef ZG_BASE_LOCK_H
#define ZG_BASE_LOCK_H

#include "base/critical.h"

enum zg_lock_rank {
    ZG_RANK_LIFE = 1, /* contexts and their sockets */
    ZG_RANK_SOCKET,   /* one socket, timer set or poller: a challenger holds it */
    ZG_RANK_THREADS,  /* the registry of threads */
    ZG_RANK_SLOTS,    /* the slots of the vector clocks */
    ZG_RANK_INPROC,   /* the registry of inproc endpoints */
    ZG_RANK_SYNCS,    /* the table of synchronisation objects */
    ZG_RANK_SYNC,     /* one synchronisation object's clock */
    ZG_RANK_CLOCK,    /* the clock that all overflow merges into */
    ZG_RANK_SNAPSHOT, /* the free lists of snapshots */
    ZG_RANK_OBJECTS,  /* the list of loaded objects */
    ZG_RANK_TABLE,    /* writers of a pointer table */
    ZG_RANK_STACKS,   /* the stack depot */
    ZG_RANK_REPORT,   /* one report at a time */
    ZG_RANK_ARENA,    /* taken last: anything may allocate */
};

/* Zero-initialised is unlocked. word: 0 free; else 1 held, 2 held and waited for, and above these
 * two bits the number of forks before the holder's process. */
struct zg_lock {
    uint32_t word; /* atomic */
};

/* Begins a section (base/critical.h) and takes the lock. May block; async-signal-safe as long as
 * locks are taken by rank. */
void zg_lock_acquire(struct zg_lock *lock);
void zg_lock_release(struct zg_lock *lock);
/* The same for a caller that is in a section already, because it holds another lock, or blocked
 * signals. True when the last holder was a thread of the parent that this child of a fork does not
 * have: what the lock protects may be half-way between two states. */
bool zg_lock_acquire_nested(struct zg_lock *lock);
void zg_lock_release_nested(struct zg_lock *lock);
/* In a child of a fork: every lock that is held by now is free. */
void zg_lock_after_fork(void);
/* The same for one lock. True when it was held. */
bool zg_lock_reset(struct zg_lock *lock);

#endif
