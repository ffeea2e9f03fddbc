/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Memory of the guard's own: mapped in chunks, never given back, never the host's malloc.
 * The whole guard shares one ceiling, so that it can never be what exhausts its host.
 */
#ifndef ZG_BASE_ARENA_H
#define ZG_BASE_ARENA_H

#include "base/lock.h"

/* Bytes that the guard may map in all. Sized for 100,000 sockets; see libzmqguard(7), MEMORY. */
#define ZG_ARENA_CEILING ((size_t)256 << 20)

/* Zeroed, aligned to 16 bytes (to a cache line from 64 bytes on); NULL when the ceiling is reached
 * or the kernel refuses. Thread-safe, async-signal-safe. */
void *zg_arena_alloc(size_t size);
/* The same for caches: the kernel zeroes it in a child of a fork, however that was made
 * (Linux 4.14; elsewhere it stays as it was). */
void *zg_arena_alloc_wiped(size_t size);
/* Bytes mapped so far. */
size_t zg_arena_mapped(void);

/*
 * A pool of records of one size. Records are type-stable: memory once in a pool stays a record of
 * that pool for ever, so a stale pointer can be read (and its generation checked), never faults.
 */
struct zg_pool {
    size_t size; /* of a record; at least one pointer */
    struct zg_lock lock;
    void *free;     /* guarded by lock: chain through the record's LAST pointer-sized word */
    uint32_t limit; /* records at most, 0 = none but the arena's */
    uint32_t made;  /* guarded by lock: records ever made */
    uint32_t used;  /* guarded by lock: records out now */
};

#define ZG_POOL(type, max)                                                                         \
    {                                                                                              \
        .size = sizeof(type), .limit = (max)                                                       \
    }

/* A record with whatever its last user left in it (all zero when new), or NULL. */
void *zg_pool_get(struct zg_pool *pool);
void zg_pool_put(struct zg_pool *pool, void *record);

#endif
