/* SPDX-License-Identifier: MPL-2.0 */
/* Hash-consed chains of frames, added under a lock, read without one. */
#include "host/depot.h"

#include "base/arena.h"

#define CHUNK_BITS ZG_DEPOT_CHUNK_BITS
#define CHUNK      ((uint32_t)1 << CHUNK_BITS)
#define CHUNKS     (ZG_DEPOT_NODES / CHUNK)
#define HEAD_BITS  14
#define RESERVE    4096 /* of the nodes: for callers alone, when there is no room for more */

/* Nodes never change once their number is in a head: written under the lock before that. */
static struct {
    struct zg_lock lock;
    uint32_t used;                        /* atomic: written under lock. Number 0 is nobody's */
    struct zg_depot_node *chunks[CHUNKS]; /* atomic: written under lock */
    uint32_t heads[1u << HEAD_BITS];      /* atomic: written under lock */
} depot;

static struct zg_depot_node *node_of(uint32_t id)
{
    struct zg_depot_node *chunk =
        __atomic_load_n(&depot.chunks[id >> CHUNK_BITS], __ATOMIC_RELAXED);

    return &chunk[id & (CHUNK - 1)];
}

static uint32_t hash_of(uintptr_t ip, uint32_t parent)
{
    uint64_t h = ((uint64_t)ip ^ (uint64_t)parent << 40) * 0x9e3779b97f4a7c15U;

    h ^= (uint64_t)parent * 0xc2b2ae3d27d4eb4fU;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9U >> (64 - HEAD_BITS));
}

static uint32_t find(uintptr_t ip, uint32_t parent, uint32_t hash)
{
    /* Acquire: pairs with the release in add(); what a number names is then written. */
    uint32_t id = __atomic_load_n(&depot.heads[hash], __ATOMIC_ACQUIRE);

    while (id != 0) {
        const struct zg_depot_node *n = node_of(id);

        if (n->ip == ip && n->parent == parent)
            return id;
        id = n->next;
    }
    return 0;
}

/* Under the lock. */
static uint32_t add(uintptr_t ip, uint32_t parent, uint32_t hash)
{
    uint32_t id = depot.used + 1;
    struct zg_depot_node *n;

    if (id >= ZG_DEPOT_NODES - (parent != 0 ? RESERVE : 0))
        return 0;
    if (depot.chunks[id >> CHUNK_BITS] == NULL) {
        struct zg_depot_node *chunk = zg_arena_alloc(sizeof(struct zg_depot_node) * CHUNK);

        if (chunk == NULL)
            return 0;
        __atomic_store_n(&depot.chunks[id >> CHUNK_BITS], chunk, __ATOMIC_RELAXED);
    }
    n = node_of(id);
    *n = (struct zg_depot_node){.ip = ip, .parent = parent, .next = depot.heads[hash]};
    /* The number is taken before the node can be found: a fork may leave a child in between. */
    __atomic_store_n(&depot.used, id, __ATOMIC_RELAXED);
    __atomic_store_n(&depot.heads[hash], id, __ATOMIC_RELEASE); /* pairs with find() */
    return id;
}

static uint32_t intern_one(uintptr_t ip, uint32_t parent)
{
    uint32_t hash = hash_of(ip, parent);
    uint32_t id = find(ip, parent, hash);

    if (id != 0)
        return id;
    zg_lock_acquire(&depot.lock);
    id = find(ip, parent, hash);
    if (id == 0)
        id = add(ip, parent, hash);
    zg_lock_release(&depot.lock);
    return id;
}

uint32_t zg_depot_intern(const uintptr_t *frames, size_t n, uint32_t tail)
{
    uint32_t id = tail;

    for (size_t i = n; i > 0; i--) {
        id = intern_one(frames[i - 1], id);
        if (id == 0)
            return intern_one(frames[0], 0);
    }
    return id;
}

size_t zg_depot_frames(uint32_t id, uintptr_t *frames, size_t cap)
{
    size_t n = 0;

    if (id > __atomic_load_n(&depot.used, __ATOMIC_RELAXED))
        return 0;
    for (; id != 0 && n < cap; n++) {
        frames[n] = node_of(id)->ip;
        id = node_of(id)->parent;
    }
    return n;
}

uint32_t zg_depot_used(void)
{
    return __atomic_load_n(&depot.used, __ATOMIC_RELAXED);
}

void zg_depot_after_fork(void)
{
    zg_lock_reset(&depot.lock);
}

void *const *zg_depot_chunks(void)
{
    return (void *const *)depot.chunks;
}
