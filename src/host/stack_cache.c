/* SPDX-License-Identifier: MPL-2.0 */
/* Caches of remembered chains: a small one per thread, a large one where that is too small. */
#include "host/stack_cache.h"

#include <string.h>

#include "base/arena.h"
#include "base/fence.h"
#include "host/thread.h"

/* Small: 4 KiB. A call site costs one cached, and a read or two per frame. */
#define SMALL_ENTRIES 32
#define SMALL_READS   168
#define LARGE_ENTRIES 256
#define LARGE_READS   2048
#define WAYS          4    /* places of a chain */
#define LOST_MAX      64   /* entries lost before a thread gets a large cache */
#define HARD_MAX      16   /* walks that could not be remembered, before a call site is hard */
#define NESTED_MAX    4096 /* captures that found busy set, before it is taken for abandoned */

struct small_cache {
    struct zg_stack_cache cache; /* first */
    struct zg_cached_stack entries[SMALL_ENTRIES];
    struct zg_stack_read reads[SMALL_READS];
    void *pool_link;
};
struct large_cache {
    struct zg_stack_cache cache; /* first */
    struct zg_cached_stack entries[LARGE_ENTRIES];
    struct zg_stack_read reads[LARGE_READS];
    void *pool_link;
};

static struct zg_pool small_pool = ZG_POOL(struct small_cache, 0);
static struct zg_pool large_pool = ZG_POOL(struct large_cache, 0);

static struct {
    struct zg_stack_cache *list; /* atomic: every cache ever made; they are never freed */
    uint32_t flushes;            /* atomic */
} all;

/* A cached is nobody's before it is changed, and somebody's after: a handler may come in between.
 */
static void clear(struct zg_cached_stack *m)
{
    __atomic_store_n(&m->caller, 0, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void set(struct zg_cached_stack *m, const struct zg_cached_stack *from)
{
    uintptr_t caller = __atomic_load_n(&from->caller, __ATOMIC_RELAXED);

    clear(m);
    m->frame = from->frame;
    m->reads = from->reads;
    m->read_count = from->read_count;
    m->script_count = from->script_count;
    m->id = from->id;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&m->caller, caller, __ATOMIC_RELAXED);
}

static void enlist(struct zg_stack_cache *c)
{
    struct zg_stack_cache *head = __atomic_load_n(&all.list, __ATOMIC_RELAXED);

    do
        c->next = head;
    while (!__atomic_compare_exchange_n(&all.list, &head, c, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

static struct zg_stack_cache *make_small(void)
{
    struct small_cache *s = zg_pool_get(&small_pool);

    if (s == NULL)
        return NULL;
    if (s->cache.entries == NULL) {
        s->cache.mask = SMALL_ENTRIES - 1;
        s->cache.entries = s->entries;
        s->cache.reads = s->reads;
        s->cache.read_cap = SMALL_READS;
        enlist(&s->cache);
    }
    return &s->cache;
}

static struct zg_stack_cache *make_large(void)
{
    struct large_cache *l = zg_pool_get(&large_pool);

    if (l == NULL)
        return NULL;
    if (l->cache.entries == NULL) {
        l->cache.mask = LARGE_ENTRIES - 1;
        l->cache.entries = l->entries;
        l->cache.reads = l->reads;
        l->cache.read_cap = LARGE_READS;
        enlist(&l->cache);
    }
    return &l->cache;
}

static void forget(struct zg_stack_cache *c)
{
    for (uintptr_t i = 0; i <= c->mask; i++)
        clear(&c->entries[i]);
}

static void forget_hard(struct zg_stack_cache *c)
{
    for (size_t i = 0; i < ZG_STACK_HARD; i++)
        c->hard[i].times = 0;
}

static void give_back(struct zg_stack_cache *c)
{
    zg_call_sites_clear(zg_thread_self_or_null);
    forget(c);
    forget_hard(c);
    c->busy = 0;
    c->lost = c->nested = c->read_next = 0;
    zg_pool_put(c->read_cap == SMALL_READS ? &small_pool : &large_pool, c);
}

static struct zg_stack_cache *make_first(struct zg_stack_cache **cache)
{
    struct zg_stack_cache *c = make_small();
    struct zg_stack_cache *none = NULL;

    /* A handler may have come first. */
    if (c == NULL ||
        __atomic_compare_exchange_n(cache, &none, c, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return c;
    give_back(c);
    return none;
}

static struct zg_stack_cache *enlarge(struct zg_stack_cache **cache)
{
    struct zg_stack_cache *small = *cache;
    struct zg_stack_cache *large = make_large();

    small->lost = 0;
    if (large == NULL)
        return small;
    __atomic_store_n(cache, large, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    give_back(small);
    return large;
}

struct zg_stack_cache *zg_stack_cache_enter(struct zg_stack_cache **cache, uintptr_t frame)
{
    struct zg_stack_cache *c = *cache;

    if (c == NULL)
        c = make_first(cache);
    if (c == NULL)
        return NULL;
    /* What a longjmp left set would keep the thread from remembering for ever. */
    if (c->busy != 0 && ++c->nested < NESTED_MAX)
        return NULL;
    c->nested = 0;
    c->busy = frame;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (c->lost > LOST_MAX && c->read_cap == SMALL_READS) {
        c = enlarge(cache);
        c->busy = frame;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    return c;
}

void zg_stack_cache_leave(struct zg_stack_cache *c)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    c->busy = 0;
}

/* A chain is put in the first of its WAYS places, where the inline look-up finds it; what was there
 * moves to another: the same call site is often reached on a few ways in turn. */
static struct zg_cached_stack *place_of(const struct zg_stack_cache *c, uintptr_t caller,
                                        uintptr_t frame, uintptr_t way)
{
    return &c->entries[(zg_stack_place(caller, frame) ^ way) & c->mask];
}

/* Where the frames of a script stand: behind the reads and what ends them. */
static const struct zg_python_frame *script_of(const struct zg_stack_read *reads, uint32_t count)
{
    return (const struct zg_python_frame *)(const void *)(reads + count + 1);
}

static bool holds(const struct zg_cached_stack *m, uintptr_t caller, uintptr_t frame,
                  uintptr_t script)
{
    return zg_cached_stack_holds(m, caller, frame) &&
           (script == 0 ||
            zg_python_chain_holds(script, script_of(m->reads, m->read_count), m->script_count));
}

bool zg_stack_cache_script_holds(const struct zg_stack_read *reads, uint32_t read_count,
                                 uint32_t script_count)
{
    uintptr_t script = zg_python_state();

    return script != 0 && zg_stack_reads_hold(reads) &&
           zg_python_chain_holds(script, script_of(reads, read_count), script_count);
}

zg_stack_id zg_stack_cache_find(const struct zg_stack_cache *c, uintptr_t caller, uintptr_t frame,
                                uintptr_t script)
{
    if (script != 0)
        caller |= ZG_STACK_SCRIPT;
    for (uintptr_t way = 0; way < WAYS; way++) {
        const struct zg_cached_stack *m = place_of(c, caller, frame, way);

        if (holds(m, caller, frame, script))
            return m->id;
    }
    return 0;
}

const struct zg_cached_stack *zg_cached_stack_of(const struct zg_stack_cache *c, uintptr_t caller,
                                                 uintptr_t frame)
{
    const struct zg_cached_stack *m = place_of(c, caller, frame, 0);

    return __atomic_load_n(&m->caller, __ATOMIC_RELAXED) == caller && m->frame == frame ? m : NULL;
}

static struct zg_cached_stack *beside(const struct zg_stack_cache *c,
                                      const struct zg_cached_stack *m, uintptr_t way)
{
    return &c->entries[(uintptr_t)(m - c->entries) ^ way];
}

static void move_to_other_way(struct zg_stack_cache *c, struct zg_cached_stack *m)
{
    struct zg_cached_stack *to = NULL;

    for (uintptr_t way = 1; way < WAYS && to == NULL; way++)
        if (beside(c, m, way)->caller == 0)
            to = beside(c, m, way);
    if (to == NULL) {
        to = beside(c, m, 1 + c->victim++ % (WAYS - 1));
        c->lost++;
    }
    set(to, m);
}

/* How much of the ring an entry takes. */
static uint32_t extent_of(const struct zg_cached_stack *m)
{
    _Static_assert(sizeof(struct zg_python_frame) % sizeof(struct zg_stack_read) == 0, "in reads");
    return m->read_count + 1U +
           m->script_count *
               (uint32_t)(sizeof(struct zg_python_frame) / sizeof(struct zg_stack_read));
}

/* A piece of the ring; the entries whose reads lay there are lost. */
static struct zg_stack_read *make_room(struct zg_stack_cache *c, uint32_t n)
{
    struct zg_stack_read *room;

    if (n > c->read_cap)
        return NULL;
    if (c->read_next + n > c->read_cap)
        c->read_next = 0;
    room = &c->reads[c->read_next];
    c->read_next += n;
    for (uintptr_t i = 0; i <= c->mask; i++) {
        struct zg_cached_stack *m = &c->entries[i];

        if (__atomic_load_n(&m->caller, __ATOMIC_RELAXED) != 0 && m->reads < room + n &&
            room < m->reads + extent_of(m)) {
            clear(m);
            c->lost++;
        }
    }
    return room;
}

void zg_stack_cache_put(struct zg_stack_cache *c, const struct zg_cached_stack *cached,
                        const struct zg_python_frame *script, uint32_t flushes)
{
    struct zg_cached_stack *m = place_of(c, cached->caller, cached->frame, 0);
    struct zg_stack_read *room = make_room(c, extent_of(cached));
    struct zg_cached_stack fresh = *cached;

    /* The thread's hints have copies of entries that may be lost now. */
    zg_call_sites_clear(zg_thread_self_or_null);
    if (room == NULL) {
        c->lost++;
        return;
    }
    for (uint32_t i = 0; i < cached->read_count; i++)
        room[i] = cached->reads[i];
    room[cached->read_count] = (struct zg_stack_read){.addr = (uintptr_t)&zg_stack_end, .value = 1};
    if (cached->script_count != 0)
        memcpy(&room[cached->read_count + 1], script, cached->script_count * sizeof(*script));
    if (m->caller != 0)
        move_to_other_way(c, m);
    fresh.reads = room;
    set(m, &fresh);
    zg_fence_light(); /* pairs with zg_stack_cache_flush() */
    if (zg_stack_cache_flushes() != flushes)
        forget(c);
}

/* The call site's place, or else the one that says least. */
static size_t hard_place(const struct zg_stack_cache *c, uintptr_t caller)
{
    size_t least = 0;

    for (size_t i = 0; i < ZG_STACK_HARD; i++) {
        if (c->hard[i].caller == caller)
            return i;
        if (c->hard[i].times < c->hard[least].times)
            least = i;
    }
    return least;
}

bool zg_stack_cache_is_hard(const struct zg_stack_cache *c, uintptr_t caller)
{
    size_t i = hard_place(c, caller);

    return c->hard[i].caller == caller && c->hard[i].times >= HARD_MAX;
}

void zg_stack_cache_note_hard(struct zg_stack_cache *c, uintptr_t caller)
{
    size_t i = hard_place(c, caller);

    if (c->hard[i].caller != caller)
        c->hard[i].times = 0;
    c->hard[i].caller = caller;
    c->hard[i].times++;
}

void zg_stack_cache_flush(void)
{
    struct zg_stack_cache *c;

    __atomic_fetch_add(&all.flushes, 1, __ATOMIC_SEQ_CST);
    zg_fence_heavy(); /* what is put now is seen here, or its putter sees the number */
    c = __atomic_load_n(&all.list, __ATOMIC_ACQUIRE);
    for (; c != NULL; c = c->next)
        for (uintptr_t i = 0; i <= c->mask; i++)
            __atomic_store_n(&c->entries[i].caller, 0, __ATOMIC_RELAXED);
    zg_call_sites_flush(); /* the same goes for hints: hint() in track/call.c */
}

uint32_t zg_stack_cache_flushes(void)
{
    return __atomic_load_n(&all.flushes, __ATOMIC_ACQUIRE);
}

void zg_stack_cache_drop(struct zg_stack_cache **cache)
{
    struct zg_stack_cache *c = *cache;

    *cache = NULL;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (c != NULL)
        give_back(c);
}
