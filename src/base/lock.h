/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The guard's own lock: a futex mutex. While it is held no handler of the host's runs in its thread
 * (base/critical.h), so that none can come back for the lock.
 *
 * A thread takes locks in this order only ("rank" in the comments beside them):
 *   LIFE      contexts and their sockets
 *   SOCKET    one socket, timer set or poller: a challenger holds it
 *   THREADS   the registry of threads
 *   SLOTS     the slots of the vector clocks
 *   INPROC    the registry of inproc endpoints
 *   SYNCS     the table of synchronisation objects
 *   SYNC      one synchronisation object's clock
 *   CLOCK     the clock that all overflow merges into
 *   SNAPSHOT  the free lists of snapshots
 *   OBJECTS   the list of loaded objects
 *   TABLE     writers of a pointer table
 *   STACKS    the stack depot
 *   FINDING   one finding at a time is begun and filled in
 *   KEPT      the list of findings that wait for their call's end
 *   REPORT    one report at a time is written, which may take long: of the above only FINDING may
 *             be held, by a finding that ends the process
 *   ARENA     taken last: anything may allocate
 *
 * While one is held, no call is made that can take a lock of the dynamic loader's: neither the one
 * of dlopen and dlsym nor that of the list of objects, which dl_iterate_phdr holds while it calls
 * the host's callback, and that may call libzmq (test/prog/life_fork_loader.c, report_loader.c).
 */
#ifndef ZG_BASE_LOCK_H
#define ZG_BASE_LOCK_H

#include "base/critical.h"

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
