/* SPDX-License-Identifier: MPL-2.0 */
/* Records of contexts by handle. */
#include "host/contexts.h"

#include "base/arena.h"
#include "base/sys.h"
#include "base/table.h"
#include "host/fork.h"

static struct {
    struct zg_lock lock; /* rank LIFE: the list of ended ones, and who takes over a record */
    struct zg_pool pool;
    struct zg_table by_handle;
    struct zg_context *ended_first; /* guarded by lock: oldest; chained by next_free */
    struct zg_context *ended_last;
    uint32_t ended;
    uint32_t numbers; /* atomic */
} contexts = {.pool = ZG_POOL(struct zg_context, 0)};

struct zg_context *zg_contexts_find(uintptr_t handle)
{
    struct zg_context *c = zg_table_find(&contexts.by_handle, handle);

    return c != NULL && c->handle == handle ? c : NULL;
}

static void begin_context(struct zg_context *c, const struct zg_lib *lib, const struct zg_actor *a,
                          uint32_t stack)
{
    c->lib = lib;
    c->number = __atomic_add_fetch(&contexts.numbers, 1, __ATOMIC_RELAXED);
    c->fork_generation = zg_fork_generation();
    c->creator = a->id;
    c->creator_epoch = a->epoch;
    c->created_at = stack;
    c->ended_by = 0;
    c->ended_at = 0;
    c->open = 0;
    c->not_blocky = false;
    c->waited = 0;
    c->stops = 0;
    c->stall_told = false;
    __atomic_store_n(&c->state, ZG_LIFE_OPEN, __ATOMIC_RELEASE);
}

/* A context whose address comes again takes over the ended one's record: whatever still points to
 * it is closed. Under the lock, for zg_contexts_ended() of the previous one may be yet to come. */
struct zg_context *zg_contexts_add(uintptr_t handle, const struct zg_lib *lib,
                                   const struct zg_actor *a, uint32_t stack)
{
    zg_lock_acquire(&contexts.lock);
    struct zg_context *c = zg_contexts_find(handle);

    if (c != NULL)
        begin_context(c, lib, a, stack);
    zg_lock_release(&contexts.lock);
    if (c != NULL)
        return c;
    c = zg_pool_get(&contexts.pool);
    if (c == NULL)
        return NULL;
    begin_context(c, lib, a, stack);
    __atomic_store_n(&c->handle, handle, __ATOMIC_RELEASE);
    if (zg_table_put(&contexts.by_handle, handle, c) == 0)
        return c;
    zg_pool_put(&contexts.pool, c);
    return NULL;
}

void zg_contexts_unknown(uintptr_t handle)
{
    struct zg_context *c = zg_contexts_find(handle);

    /* The record stays with its sockets, or in the list of ended ones. */
    if (c != NULL)
        (void)zg_table_take(&contexts.by_handle, handle);
}

/* Takes the oldest ended context out of the list when that is too long. One whose record lives
 * again just leaves the list. */
static struct zg_context *oldest_ended(void)
{
    struct zg_context *c = contexts.ended_first;

    if (contexts.ended <= ZG_CONTEXTS_ENDED)
        return NULL;
    contexts.ended_first = c->next_free;
    contexts.ended--;
    c->next_free = NULL;
    c->listed = false;
    if (__atomic_load_n(&c->state, __ATOMIC_ACQUIRE) != ZG_LIFE_CLOSED)
        return NULL;
    if (zg_table_find(&contexts.by_handle, c->handle) == c)
        (void)zg_table_take(&contexts.by_handle, c->handle);
    __atomic_store_n(&c->handle, 0, __ATOMIC_RELAXED);
    return c;
}

static struct zg_context *enlist(struct zg_context *c)
{
    if (c->listed)
        return NULL;
    c->listed = true;
    c->next_free = NULL;
    if (contexts.ended_first == NULL)
        contexts.ended_first = c;
    else
        contexts.ended_last->next_free = c;
    contexts.ended_last = c;
    contexts.ended++;
    return oldest_ended();
}

void zg_contexts_ended(struct zg_context *c, uint32_t number, const struct zg_actor *a,
                       uint32_t stack)
{
    zg_lock_acquire(&contexts.lock);
    struct zg_context *old = NULL;

    if (c->number == number) {
        c->ended_by = a->id;
        c->ended_epoch = a->epoch;
        c->ended_at = stack;
        c->ended_time = zg_sys_now();
        __atomic_store_n(&c->state, ZG_LIFE_CLOSED, __ATOMIC_RELEASE);
        old = enlist(c);
    }
    zg_lock_release(&contexts.lock);
    if (old != NULL)
        zg_pool_put(&contexts.pool, old);
}

struct walk {
    bool (*context)(struct zg_context *c, void *arg);
    void *arg;
};

static bool visit_context(uintptr_t key, void *value, void *arg)
{
    const struct walk *walk = arg;

    (void)key;
    return walk->context(value, walk->arg);
}

void zg_contexts_each(bool (*visit)(struct zg_context *c, void *arg), void *arg)
{
    zg_table_each(&contexts.by_handle, visit_context, &(struct walk){visit, arg});
}

bool zg_contexts_any(void)
{
    return __atomic_load_n(&contexts.numbers, __ATOMIC_RELAXED) != 0;
}

static bool inherit_context(struct zg_context *c, void *arg)
{
    (void)arg;
    c->state = zg_life_in_child((enum zg_life)c->state);
    c->stops = 0;
    return true;
}

void zg_contexts_after_fork(void)
{
    if (zg_lock_reset(&contexts.lock)) {
        contexts.ended_first = NULL;
        contexts.ended = 0;
    }
    (void)zg_lock_reset(&contexts.by_handle.lock);
    zg_contexts_each(inherit_context, NULL);
}
