/* SPDX-License-Identifier: MPL-2.0 */
/* Records of contexts, sockets, timer sets and pollers by handle. */
#include "host/handles.h"

#include <string.h>

#include "base/arena.h"
#include "base/sys.h"
#include "base/table.h"
#include "host/fork.h"

static struct {
    struct zg_lock lock; /* rank LIFE: the list of closed records */
    struct zg_pool sockets;
    struct zg_pool contexts;
    struct zg_table by_handle;
    struct zg_table ctx_by_handle;
    struct zg_socket *closed_first; /* guarded by lock: oldest; chained by next */
    struct zg_socket *closed_last;
    uint32_t closed;
    void (*forget)(struct zg_socket *s);
    uint32_t numbers;     /* atomic: sockets, timer sets and pollers ever made */
    uint32_t ctx_numbers; /* atomic */
    uint32_t made;        /* atomic: sockets only */
    uint32_t open;        /* atomic: sockets only */
} handles = {
    .sockets = ZG_POOL(struct zg_socket, 0),
    .contexts = ZG_POOL(struct zg_context, 0),
};

struct zg_socket *zg_handles_find(uintptr_t handle)
{
    struct zg_socket *s = zg_table_find(&handles.by_handle, handle);

    return s != NULL && __atomic_load_n(&s->owned.handle, __ATOMIC_RELAXED) == handle ? s : NULL;
}

struct zg_context *zg_handles_context(uintptr_t handle)
{
    struct zg_context *c = zg_table_find(&handles.ctx_by_handle, handle);

    return c != NULL && c->handle == handle ? c : NULL;
}

struct zg_socket *zg_handles_add(const struct zg_socket *seed, struct zg_actor *a, uintptr_t handle,
                                 uint64_t flags)
{
    struct zg_socket *s = zg_pool_get(&handles.sockets);

    if (s == NULL)
        return NULL;
    /* Who still holds the record sees it closed until zg_owned_init() has published it. */
    __atomic_or_fetch(&s->owned.word, ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    memcpy((char *)s + sizeof(s->owned), (const char *)seed + sizeof(seed->owned),
           sizeof(*s) - sizeof(s->owned));
    s->number = __atomic_add_fetch(&handles.numbers, 1, __ATOMIC_RELAXED);
    s->creator = a->id;
    s->creator_epoch = a->epoch;
    s->fork_generation = zg_fork_generation();
    s->life = ZG_LIFE_OPEN;
    zg_owned_init(&s->owned, a, handle, flags);
    if (zg_table_put(&handles.by_handle, handle, s) != 0) {
        zg_pool_put(&handles.sockets, s);
        return NULL;
    }
    if (s->what == ZG_WHAT_SOCKET) {
        __atomic_add_fetch(&handles.made, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&handles.open, 1, __ATOMIC_RELAXED);
    }
    if (s->context != NULL)
        __atomic_add_fetch(&s->context->open, 1, __ATOMIC_RELAXED);
    return s;
}

void zg_handles_closing(struct zg_socket *s, const struct zg_actor *a, uint32_t stack)
{
    s->closed_at = stack;
    s->closed_by = a->id;
    s->closed_epoch = a->epoch;
    s->closed_time = zg_sys_now();
    __atomic_store_n(&s->life, ZG_LIFE_CLOSED, __ATOMIC_RELEASE);
    __atomic_or_fetch(&s->owned.word, ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    if (s->what == ZG_WHAT_SOCKET)
        __atomic_sub_fetch(&handles.open, 1, __ATOMIC_RELAXED);
    if (s->context != NULL)
        __atomic_sub_fetch(&s->context->open, 1, __ATOMIC_RELAXED);
}

static struct zg_socket *oldest_closed(void)
{
    struct zg_socket *s = handles.closed_first;

    if (handles.closed <= ZG_HANDLES_CLOSED)
        return NULL;
    handles.closed_first = s->next;
    handles.closed--;
    s->next = NULL;
    return s;
}

void zg_handles_bury(struct zg_socket *s)
{
    uint64_t mask = zg_lock_acquire(&handles.lock);
    struct zg_socket *old;

    s->next = NULL;
    if (handles.closed_first == NULL)
        handles.closed_first = s;
    else
        handles.closed_last->next = s;
    handles.closed_last = s;
    handles.closed++;
    old = oldest_closed();
    if (old != NULL && zg_table_find(&handles.by_handle, old->owned.handle) == old)
        (void)zg_table_take(&handles.by_handle, old->owned.handle);
    zg_lock_release(&handles.lock, mask);
    if (old == NULL)
        return;
    if (handles.forget != NULL)
        handles.forget(old);
    zg_pool_put(&handles.sockets, old);
}

struct zg_context *zg_handles_add_context(uintptr_t handle, const struct zg_lib *lib,
                                          const struct zg_actor *a, uint32_t stack)
{
    /* A context whose address comes again takes over the ended one's record: whatever still points
     * to it is closed. */
    struct zg_context *c = zg_handles_context(handle);
    bool again = c != NULL;

    if (!again)
        c = zg_pool_get(&handles.contexts);
    if (c == NULL)
        return NULL;
    c->lib = lib;
    c->number = __atomic_add_fetch(&handles.ctx_numbers, 1, __ATOMIC_RELAXED);
    c->fork_generation = zg_fork_generation();
    c->creator = a->id;
    c->creator_epoch = a->epoch;
    c->created_at = stack;
    c->ended_by = 0;
    c->ended_at = 0;
    c->open = 0;
    c->handle = handle;
    __atomic_store_n(&c->state, ZG_LIFE_OPEN, __ATOMIC_RELEASE);
    if (!again && zg_table_put(&handles.ctx_by_handle, handle, c) != 0) {
        zg_pool_put(&handles.contexts, c);
        return NULL;
    }
    return c;
}

void zg_handles_ended(struct zg_context *c, const struct zg_actor *a, uint32_t stack)
{
    c->ended_by = a->id;
    c->ended_epoch = a->epoch;
    c->ended_at = stack;
    __atomic_store_n(&c->state, ZG_LIFE_CLOSED, __ATOMIC_RELEASE);
}

void zg_handles_on_reuse(void (*forget)(struct zg_socket *s))
{
    handles.forget = forget;
}

struct walk {
    bool (*socket)(struct zg_socket *s, void *arg);
    bool (*context)(struct zg_context *c, void *arg);
    void *arg;
};

static bool visit_socket(uintptr_t key, void *value, void *arg)
{
    const struct walk *walk = arg;

    (void)key;
    return walk->socket(value, walk->arg);
}

static bool visit_context(uintptr_t key, void *value, void *arg)
{
    const struct walk *walk = arg;

    (void)key;
    return walk->context(value, walk->arg);
}

void zg_handles_each(bool (*visit)(struct zg_socket *s, void *arg), void *arg)
{
    zg_table_each(&handles.by_handle, visit_socket, &(struct walk){.socket = visit, .arg = arg});
}

void zg_handles_each_context(bool (*visit)(struct zg_context *c, void *arg), void *arg)
{
    zg_table_each(&handles.ctx_by_handle, visit_context,
                  &(struct walk){.context = visit, .arg = arg});
}

static bool mark(struct zg_socket *s, void *bits)
{
    uint32_t slots[] = {zg_epoch_slot(s->owned.epoch), zg_epoch_slot(s->closed_epoch)};

    for (size_t i = 0; i < ZG_COUNT(slots); i++) {
        if (slots[i] < ZG_SLOT_MAX)
            ((uint64_t *)bits)[slots[i] / 64] |= (uint64_t)1 << slots[i] % 64;
    }
    return true;
}

void zg_handles_mark(uint64_t bits[])
{
    zg_handles_each(mark, bits);
}

void zg_handles_counts(uint32_t *made, uint32_t *open)
{
    *made = __atomic_load_n(&handles.made, __ATOMIC_RELAXED);
    *open = __atomic_load_n(&handles.open, __ATOMIC_RELAXED);
}

void zg_handles_after_fork(void)
{
    zg_lock_reset(&handles.lock);
    zg_lock_reset(&handles.sockets.lock);
    zg_lock_reset(&handles.contexts.lock);
    zg_lock_reset(&handles.by_handle.lock);
    zg_lock_reset(&handles.ctx_by_handle.lock);
}
