/* SPDX-License-Identifier: MPL-2.0 */
/* Bump allocation from mapped chunks, and type-stable pools on top of it. */
#include "base/arena.h"

#include <sys/mman.h>

#include "base/sys.h"

#define CHUNK     ((size_t)64 << 10)
#define PAGE_MASK ((size_t)4095)

/* Where the next pieces come from: ordinary memory, and such as a fork wipes. */
struct arena {
    char *next;
    size_t left;
    bool wiped;
};

static struct {
    struct zg_lock lock;
    struct arena ordinary; /* guarded by lock */
    struct arena caches;   /* guarded by lock */
    size_t mapped;         /* read without the lock by zg_arena_mapped() */
} all = {.caches.wiped = true};

static void *map_more(size_t len, bool wiped)
{
    void *p;

    if (all.mapped + len > ZG_ARENA_CEILING)
        return NULL;
    p = zg_sys_map(len);
    if (p == NULL)
        return NULL;
    if (wiped)
        (void)zg_sys3(SYS_madvise, p, len, MADV_WIPEONFORK);
    __atomic_store_n(&all.mapped, all.mapped + len, __ATOMIC_RELAXED);
    return p;
}

static void *bump(struct arena *arena, size_t size, size_t align)
{
    size_t pad = (size_t)(-(uintptr_t)arena->next) & (align - 1);
    char *p;

    if (size + pad > arena->left) {
        if (size >= CHUNK / 4)
            return map_more((size + PAGE_MASK) & ~PAGE_MASK, arena->wiped);
        arena->next = map_more(CHUNK, arena->wiped);
        arena->left = arena->next != NULL ? CHUNK : 0;
        if (arena->next == NULL)
            return NULL;
        pad = 0;
    }
    p = arena->next + pad;
    arena->next = p + size;
    arena->left -= size + pad;
    return p;
}

static void *alloc(struct arena *arena, size_t size)
{
    size_t align = size >= ZG_CACHE_LINE ? ZG_CACHE_LINE : 16;
    void *p;

    if (size == 0 || size > ZG_ARENA_CEILING)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    zg_critical_enter();
    if (zg_lock_acquire_nested(&all.lock)) {
        /* In a child of a fork, in the middle of bump(). */
        all.ordinary.left = all.caches.left = 0;
        all.ordinary.next = all.caches.next = NULL;
    }
    p = bump(arena, size, align);
    zg_lock_release(&all.lock);
    return p;
}

void *zg_arena_alloc(size_t size)
{
    return alloc(&all.ordinary, size);
}

void *zg_arena_alloc_wiped(size_t size)
{
    return alloc(&all.caches, size);
}

size_t zg_arena_mapped(void)
{
    return __atomic_load_n(&all.mapped, __ATOMIC_RELAXED);
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
