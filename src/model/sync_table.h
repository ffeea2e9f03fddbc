/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The table of objects by tag. At most ZG_SYNC_OBJECTS; then old ones are folded into
 * ZG_SYNC_OVERFLOW objects that many addresses share and that merge. In all the model keeps at
 * most 4 MiB of objects, 6 MiB of table and ZG_VC_CEILING of snapshots.
 */
#ifndef ZG_MODEL_SYNC_TABLE_H
#define ZG_MODEL_SYNC_TABLE_H

#include "model/sync.h"

#define ZG_SYNC_OBJECTS  ((uint32_t)65536)
#define ZG_SYNC_OVERFLOW ((uint32_t)256)

/* Releases and acquires by tag, without a cache. Both return the object, for the caller's cache, or
 * NULL when there is none of that tag alone. They never fail. Async-signal-safe. */
struct zg_sync *zg_sync_release_tag(struct zg_actor *a, uint64_t tag, enum zg_sync_mode mode);
struct zg_sync *zg_sync_acquire_tag(struct zg_actor *a, uint64_t tag);
/* The object was destroyed or is initialised anew. */
void zg_sync_forget(uint64_t tag);
/* The same for one that was emptied (zg_sync_empty()), unless it has come to life again. */
void zg_sync_forget_empty(uint64_t tag);
/* For who must keep hold of an object that may be destroyed while it returns from a wait: the
 * object of now, made if need be. zg_sync_acquire_slow() with the object's own tag, or with tag 0
 * (whatever it holds), later. A forgotten object keeps its content for at least
 * ZG_SYNC_QUARANTINE other forgotten ones. */
#define ZG_SYNC_QUARANTINE 256
struct zg_sync *zg_sync_hold(struct zg_actor *a, uint64_t tag);

/* An object that is not in the table, or NULL when there are too many. */
struct zg_sync *zg_sync_make(enum zg_sync_kind kind);
void zg_sync_drop(struct zg_sync *s);
/* No object's last names a slot of these afterwards. Called with the slot lock held, for slots
 * whose threads have ended. */
void zg_sync_scrub(const uint64_t slots[ZG_SLOT_MAX / 64]);
/* For a child after fork: locks are free again. */
void zg_sync_after_fork(void);
/* Bytes held by snapshots and objects, for the exit summary and the tests; objects in use. */
size_t zg_sync_memory(uint32_t *objects);
/* Visits the tags of all objects until visit returns false; takes no lock, for reports. */
void zg_sync_each(bool (*visit)(uint64_t tag, void *arg), void *arg);
/* For tests: another limit for the table. */
void zg_sync_set_limit(uint32_t objects);

#endif
