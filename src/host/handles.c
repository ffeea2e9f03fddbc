/* SPDX-License-Identifier: MPL-2.0 */
/* Records of contexts, sockets, timer sets and pollers by handle. */
#include "host/handles.h"

#include <string.h>

#include "base/arena.h"
#include "base/sys.h"
#include "base/table.h"
#include "host/contexts.h"
#include "host/fork.h"
#include "model/endpoint.h"

static struct {
    struct zg_lock lock; /* rank LIFE: the list of closed records */
    struct zg_pool sockets;
    struct zg_table by_handle;
    struct zg_socket *closed_first; /* guarded by lock: oldest; chained by next */
    struct zg_socket *closed_last;
    uint32_t closed;
    uint32_t numbers; /* atomic: sockets, timer sets and pollers ever made */
    uint32_t made;    /* atomic: sockets only */
    uint32_t open;    /* atomic: sockets only */
    uint64_t calls;   /* atomic: uses of the objects that were closed */
} handles = {
    .sockets = ZG_POOL(struct zg_socket, 0),
};

struct zg_socket *zg_handles_find(uintptr_t handle)
{
    struct zg_socket *s = zg_table_find(&handles.by_handle, handle);

    return s != NULL && __atomic_load_n(&s->owned.handle, __ATOMIC_RELAXED) == handle ? s : NULL;
}

/* What had the address before: a closed object becomes the previous one of the new. One that was
 * not seen to be closed ended while the guard looked away. Returns it when it is to be buried. */
static struct zg_socket *succeed(struct zg_socket *s, uintptr_t handle)
{
    struct zg_socket *old = zg_handles_find(handle);

    s->previous = NULL;
    if (old == NULL)
        return NULL;
    if (__atomic_load_n(&old->life, __ATOMIC_ACQUIRE) == ZG_LIFE_CLOSED) {
        s->previous = old;
        s->previous_generation = old->owned.generation;
        return NULL;
    }
    return old;
}

static void count_open(struct zg_socket *s, uint32_t by)
{
    if (s->what == ZG_WHAT_SOCKET)
        __atomic_add_fetch(&handles.open, by, __ATOMIC_RELAXED);
    if (s->context != NULL)
        __atomic_add_fetch(&s->context->open, by, __ATOMIC_RELAXED);
}

/* The end of an object's life: from now on nobody enters. */
static void set_closed(struct zg_socket *s)
{
    bool was_open = __atomic_load_n(&s->life, __ATOMIC_RELAXED) == ZG_LIFE_OPEN;

    __atomic_store_n(&s->life, ZG_LIFE_CLOSED, __ATOMIC_RELEASE);
    __atomic_or_fetch(&s->owned.word, ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    if (!was_open)
        return;
    count_open(s, (uint32_t)-1);
    __atomic_add_fetch(&handles.calls, zg_owned_uses(&s->owned), __ATOMIC_RELAXED);
}

static void lose(struct zg_socket *s)
{
    s->closed_by = 0;
    s->closed_at = 0;
    s->closed_epoch = 0;
    set_closed(s);
    zg_handles_bury(s);
}

void zg_handles_unknown(uintptr_t handle)
{
    struct zg_socket *s = zg_handles_find(handle);

    if (s == NULL)
        return;
    (void)zg_table_take(&handles.by_handle, handle);
    if (__atomic_load_n(&s->life, __ATOMIC_ACQUIRE) != ZG_LIFE_CLOSED)
        lose(s);
}

struct zg_socket *zg_handles_add(const struct zg_socket *seed, struct zg_actor *a, uintptr_t handle,
                                 uint64_t flags)
{
    struct zg_socket *s = zg_pool_get(&handles.sockets);
    struct zg_socket *lost;
    struct zg_users *users;

    if (s == NULL) {
        zg_handles_unknown(handle);
        return NULL;
    }
    /* Who still holds the record sees it closed until zg_owned_init() has published it. */
    __atomic_or_fetch(&s->owned.word, ZG_OWNED_CLOSED, __ATOMIC_RELEASE);
    users = __atomic_load_n(&s->users, __ATOMIC_RELAXED);
    memcpy((char *)s + sizeof(s->owned), (const char *)seed + sizeof(seed->owned),
           sizeof(*s) - sizeof(s->owned));
    s->users = users;
    s->number = __atomic_add_fetch(&handles.numbers, 1, __ATOMIC_RELAXED);
    s->context_number = s->context != NULL ? s->context->number : 0;
    s->creator = a->id;
    s->creator_epoch = a->epoch;
    s->fork_generation = zg_fork_generation();
    s->life = ZG_LIFE_OPEN;
    lost = succeed(s, handle);
    zg_owned_init(&s->owned, a, handle, flags);
    /* Fails only for an address that is not in the table: no older record speaks for it then. */
    if (zg_table_put(&handles.by_handle, handle, s) != 0) {
        zg_pool_put(&handles.sockets, s);
        return NULL;
    }
    if (lost != NULL)
        lose(lost);
    if (s->what == ZG_WHAT_SOCKET)
        __atomic_add_fetch(&handles.made, 1, __ATOMIC_RELAXED);
    count_open(s, 1);
    return s;
}

bool zg_handles_previous(const struct zg_socket *s, struct zg_socket *previous)
{
    const struct zg_socket *f = s->previous;

    if (f == NULL)
        return false;
    *previous = *f;
    /* Pairs with the increment in zg_handles_bury(): unchanged means that the copy is of one
     * object. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&f->owned.generation, __ATOMIC_RELAXED) == s->previous_generation;
}

void zg_handles_closing(struct zg_socket *s, const struct zg_actor *a, uint32_t stack)
{
    s->closed_at = stack;
    s->closed_by = a->id;
    s->closed_epoch = a->epoch;
    s->closed_time = zg_sys_now();
    set_closed(s);
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
    zg_lock_acquire(&handles.lock);
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
    if (old != NULL) /* pairs with the fence in zg_handles_previous() */
        __atomic_add_fetch(&old->owned.generation, 1, __ATOMIC_RELEASE);
    zg_lock_release(&handles.lock);
    if (old == NULL)
        return;
    zg_endpoints_clear(&old->endpoints);
    zg_pool_put(&handles.sockets, old);
}

struct walk {
    bool (*socket)(struct zg_socket *s, void *arg);
    void *arg;
};

static bool visit_socket(uintptr_t key, void *value, void *arg)
{
    const struct walk *walk = arg;

    (void)key;
    return walk->socket(value, walk->arg);
}

void zg_handles_each(bool (*visit)(struct zg_socket *s, void *arg), void *arg)
{
    zg_table_each(&handles.by_handle, visit_socket, &(struct walk){.socket = visit, .arg = arg});
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

static bool add_calls(struct zg_socket *s, void *sum)
{
    if (__atomic_load_n(&s->life, __ATOMIC_RELAXED) == ZG_LIFE_OPEN)
        *(uint64_t *)sum += zg_owned_uses(&s->owned);
    return true;
}

uint64_t zg_handles_calls(void)
{
    uint64_t sum = __atomic_load_n(&handles.calls, __ATOMIC_RELAXED);

    zg_handles_each(add_calls, &sum);
    return sum;
}

/* Its owner may not be there any more: whoever uses it first takes it. */
static void take_from_owner(struct zg_owned *o)
{
    static struct zg_actor nobody; /* enters nothing, unlike what is left of a thread at a fork */
    uint64_t version = o->word & ~ZG_OWNED_PLAIN;

    o->bias = &nobody;
    o->word = version | ZG_OWNED_HANDOFF | ZG_OWNED_REVOKED | ZG_OWNED_SHARED;
    o->io = false;
}

/* The parent's objects as the child sees them. Nobody but the calling thread is inside of one. */
static bool inherit(struct zg_socket *s, void *arg)
{
    (void)arg;
    if (s->what == ZG_WHAT_SOCKET) /* timer sets and pollers are memory only */
        s->life = (uint8_t)zg_life_in_child((enum zg_life)s->life);
    s->owned.in = 0;
    if (s->life == ZG_LIFE_FORKED)
        s->owned.word |= ZG_OWNED_FORKED;
    else if (s->life == ZG_LIFE_OPEN)
        take_from_owner(&s->owned);
    return true;
}

void zg_handles_after_fork(void)
{
    if (zg_lock_reset(&handles.lock)) {
        /* The list is half-made: what is in it stays in the table. */
        handles.closed_first = NULL;
        handles.closed = 0;
    }
    (void)zg_lock_reset(&handles.by_handle.lock);
    handles.made = 0;
    handles.open = 0;
    handles.calls = 0;
    zg_handles_each(inherit, NULL);
    zg_contexts_after_fork();
}

struct zg_table *zg_handles_table(void)
{
    return &handles.by_handle;
}
