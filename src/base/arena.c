/* SPDX-License-Identifier: MPL-2.0 */
/* Bump allocation from mapped chunks, and type-stable pools on top of it. */
#include "base/arena.h"

#include "base/sys.h"

#define CHUNK     ((size_t)64 << 10)
#define PAGE_MASK ((size_t)4095)

static struct {
    struct zg_lock lock;
    char *next; /* guarded by lock */
    size_t left;
    size_t mapped; /* read without the lock by zg_arena_mapped() */
} arena;

static void *map_more(size_t len)
{
    void *p;

    if (arena.mapped + len > ZG_ARENA_CEILING)
        return NULL;
    p = zg_sys_map(len);
    if (p != NULL)
        __atomic_store_n(&arena.mapped, arena.mapped + len, __ATOMIC_RELAXED);
    return p;
}

static void *bump(size_t size, size_t align)
{
    size_t pad = (size_t)(-(uintptr_t)arena.next) & (align - 1);
    char *p;

    if (size + pad > arena.left) {
        if (size >= CHUNK / 4)
            return map_more((size + PAGE_MASK) & ~PAGE_MASK);
        arena.next = map_more(CHUNK);
        arena.left = arena.next != NULL ? CHUNK : 0;
        if (arena.next == NULL)
            return NULL;
        pad = 0;
    }
    p = arena.next + pad;
    arena.next = p + size;
    arena.left -= size + pad;
    return p;
}

void *zg_arena_alloc(size_t size)
{
    size_t align = size >= ZG_CACHE_LINE ? ZG_CACHE_LINE : 16;
    void *p;

    if (size == 0 || size > ZG_ARENA_CEILING)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    zg_critical_enter();
    if (zg_lock_acquire_nested(&arena.lock)) {
        arena.next = NULL; /* in a child of a fork, in the middle of bump() */
        arena.left = 0;
    }
    p = bump(size, align);
    zg_lock_release(&arena.lock);
    return p;
}

size_t zg_arena_mapped(void)
{
    return __atomic_load_n(&arena.mapped, __ATOMIC_RELAXED);
}

/* The link is the last word, so that fields which lock-free readers test stay as they were left. */
static void **link_of(const struct zg_pool *pool, void *record)
{
    return (void **)((char *)record + (pool->size & ~(sizeof(void *) - 1)) - sizeof(void *));
}

/* The list of free records is given up when a thread that a fork left behind was changing it. */
static void acquire(struct zg_pool *pool)
{
    zg_critical_enter();

    if (zg_lock_acquire_nested(&pool->lock)) {
        pool->free = NULL;
        pool->made = pool->used;
    }
}

void *zg_pool_get(struct zg_pool *pool)
{
    acquire(pool);
    void *record = pool->free;

    if (record != NULL) {
        pool->free = *link_of(pool, record);
        *link_of(pool, record) = NULL;
    } else if (pool->limit == 0 || pool->made < pool->limit) {
        record = zg_arena_alloc(pool->size);
        pool->made += record != NULL;
    }
    pool->used += record != NULL;
    zg_lock_release(&pool->lock);
    return record;
}

void zg_pool_put(struct zg_pool *pool, void *record)
{
    acquire(pool);

    *link_of(pool, record) = pool->free;
    pool->free = record;
    pool->used--;
    zg_lock_release(&pool->lock);
}
