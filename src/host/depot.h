/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The stack depot: every distinct chain of frames once, named by a number for ever.
 *
 * A chain is a linked list from its innermost frame outwards, and equal tails are the same nodes:
 * a number is that of the innermost frame's node. Nodes are only ever added, up to a limit.
 */
#ifndef ZG_HOST_DEPOT_H
#define ZG_HOST_DEPOT_H

#include "base/compiler.h"

#define ZG_DEPOT_NODES 262144 /* at most; 16 bytes each, mapped as they are needed */

/*
 * The number of the chain frames[0 .. n), innermost first, on top of the chain `tail` (0 = none).
 * When the depot is full: that of the innermost frame alone; when even those are too many: 0.
 * Takes a lock for what is new; async-signal-safe.
 */
uint32_t zg_depot_intern(const uintptr_t *frames, size_t n, uint32_t tail);
/* Writes the chain, innermost first; returns the number of frames written. Lock-free. */
size_t zg_depot_frames(uint32_t id, uintptr_t *frames, size_t cap);
/* Nodes in use, for tests and the exit summary. */
uint32_t zg_depot_used(void);
/* For a child after fork. */
void zg_depot_after_fork(void);

/* A frame of a chain, and where to find number n: chunk n >> ZG_DEPOT_CHUNK_BITS of those that
 * zg_depot_chunks() names, in it the rest. For who reads it from outside (start/inspect.h). */
#define ZG_DEPOT_CHUNK_BITS 10
struct zg_depot_node {
    uintptr_t ip;
    uint32_t parent; /* the frame that called this one, 0 = none */
    uint32_t next;   /* in the hash chain */
};
void *const *zg_depot_chunks(void);

#endif
