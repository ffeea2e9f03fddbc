/* SPDX-License-Identifier: MPL-2.0 */
/* The registry of inproc names, which changes them under its lock. */
#include "model/inproc.h"

#include "base/arena.h"
#include "base/fence.h"
#include "base/str.h"
#include "base/table.h"
#include "model/inproc_names.h"
#include "model/sync_table.h"

#define NAMES_MAX  8192 /* beyond, all names are one */
#define IDLE_MAX   512  /* names without sockets that keep their clocks */
#define GROUPS_MAX 64   /* beyond, all groups are one */
#define LOST_MAX   64   /* what was in names given up, by hash */

static struct {
    struct zg_lock lock;
    struct zg_pool names;
    struct zg_pool inprocs;
    struct zg_table by_key;
    struct zg_inproc_name *oldest, *newest; /* idle names */
    uint32_t idle;
    uint32_t groups_used;
    bool any_lost;
    bool is_overflowing; /* NAMES_MAX was reached: keys without a name share the common one */
    bool is_incomplete;  /* atomic */
    struct zg_inproc_name common; /* for all names beyond NAMES_MAX */
    struct zg_inproc_group groups[GROUPS_MAX];
    struct zg_sync lost[LOST_MAX];
} inproc = {
    .names = ZG_POOL(struct zg_inproc_name, NAMES_MAX),
    .inprocs = ZG_POOL(struct zg_inproc, 0),
    .groups = {[0 ... GROUPS_MAX - 1] = {.sync = {.overflow = true}}},
    .lost = {[0 ... LOST_MAX - 1] = {.overflow = true}},
};

/* A hash of the context's number and the name. Names that collide share their edges. */
static uint64_t key_of(const struct zg_context *c, const char *name)
{
    uint32_t number = c != NULL ? c->number : 0;
    uint64_t h = zg_hash_text(zg_hash_bytes(ZG_HASH_START, &number, sizeof(number)), name);

    return h > 1 ? h : 2; /* 0 and 1 are the table's own */
}

static struct zg_sync *lost_of(uint64_t key)
{
    return &inproc.lost[key >> 32 & (LOST_MAX - 1)];
}

/* The following run with the registry's lock held. */

static void list_remove(struct zg_inproc_name *n)
{
    *(n->older != NULL ? &n->older->newer : &inproc.oldest) = n->newer;
    *(n->newer != NULL ? &n->newer->older : &inproc.newest) = n->older;
    n->older = n->newer = NULL;
    inproc.idle--;
}

static void list_append(struct zg_inproc_name *n)
{
    n->older = inproc.newest;
    n->newer = NULL;
    *(inproc.newest != NULL ? &inproc.newest->newer : &inproc.oldest) = n;
    inproc.newest = n;
    inproc.idle++;
}

static void give_up_object(const struct zg_inproc_name *n, struct zg_sync **object)
{
    /* An overflow object is one of the lost ones itself: there was no other to have. */
    if (*object != NULL && !(*object)->overflow) {
        zg_sync_fold(lost_of(n->key), *object);
        zg_sync_drop(*object);
    }
    *object = NULL;
}

/* The oldest name that nobody is attached to goes; what it held stays, among others. */
static void give_up_oldest(void)
{
    struct zg_inproc_name *n = inproc.oldest;

    list_remove(n);
    (void)zg_table_take(&inproc.by_key, n->key);
    inproc.any_lost = true;
    for (int i = 0; i < 2; i++) {
        give_up_object(n, &n->sides[i].first);
        give_up_object(n, &n->sides[i].shared);
    }
    zg_pool_put(&inproc.names, n);
}

static struct zg_sync *object_for(const struct zg_inproc_name *n)
{
    struct zg_sync *s = zg_sync_make(ZG_SYNC_INPROC);

    if (s == NULL)
        return lost_of(n->key);
    s->proxied = s->shared = false;
    if (inproc.any_lost)
        zg_sync_fold(s, lost_of(n->key));
    return s;
}

/* Messages of one that was given up may still be on their way to either side. */
static struct zg_inproc_name *common_for(uint64_t key)
{
    inproc.is_overflowing = true;
    for (int i = 0; i < 2; i++) {
        struct zg_inproc_side *side = &inproc.common.sides[i];

        if (side->shared == NULL)
            __atomic_store_n(&side->shared, object_for(&inproc.common), __ATOMIC_RELEASE);
        if (inproc.any_lost && side->shared != lost_of(key))
            zg_sync_fold(side->shared, lost_of(key));
    }
    return &inproc.common;
}

static struct zg_inproc_name *new_name(uint64_t key)
{
    struct zg_inproc_name *n;

    if (inproc.is_overflowing)
        return common_for(key);
    n = zg_pool_get(&inproc.names);
    if (n == NULL && inproc.oldest != NULL) {
        give_up_oldest();
        n = zg_pool_get(&inproc.names);
    }
    if (n == NULL)
        return common_for(key);
    *n = (struct zg_inproc_name){.key = key};
    if (zg_table_put(&inproc.by_key, key, n) != 0) {
        zg_pool_put(&inproc.names, n);
        return common_for(key);
    }
    /* As in common_for(). */
    for (int i = 0; inproc.any_lost && i < 2; i++)
        n->sides[i].first = object_for(n);
    return n;
}

static struct zg_inproc_name *find_name(uint64_t key)
{
    struct zg_inproc_name *n = zg_table_find(&inproc.by_key, key);

    if (n == NULL)
        n = new_name(key);
    if (n->sockets++ == 0 && (n == inproc.oldest || n->older != NULL))
        list_remove(n);
    return n;
}

static void take_side(struct zg_socket *s, struct zg_inproc_end *end)
{
    struct zg_inproc_side *side = &end->name->sides[end->side];
    struct zg_sync **object;

    end->first = !side->taken && end->name != &inproc.common;
    side->taken = true;
    if (end->first)
        __atomic_store_n(&side->holder, s, __ATOMIC_RELEASE); /* see zg_inproc_disturb() */
    object = end->first ? &side->first : &side->shared;
    if (*object == NULL)
        __atomic_store_n(object, object_for(end->name), __ATOMIC_RELEASE);
    if (side->first == NULL)
        return;
    if (end->name->group != NULL)
        __atomic_store_n(&side->first->proxied, true, __ATOMIC_RELAXED);
    if (end->name->group != NULL || side->shared != NULL)
        __atomic_store_n(&side->first->shared, true, __ATOMIC_RELEASE);
}

static void fold_name(struct zg_sync *to, const struct zg_inproc_name *n)
{
    for (int i = 0; i < 2; i++) {
        if (n->sides[i].first != NULL)
            zg_sync_fold(to, n->sides[i].first);
        if (n->sides[i].shared != NULL)
            zg_sync_fold(to, n->sides[i].shared);
    }
}

static struct zg_inproc_group *new_group(void)
{
    if (inproc.groups_used < GROUPS_MAX)
        inproc.groups_used++;
    return zg_inproc_root(&inproc.groups[inproc.groups_used - 1]);
}

/* Whoever releases into a first object, or receives from it, looks further from now on. */
static void tell_group(struct zg_inproc_name *n)
{
    for (int i = 0; i < 2; i++) {
        if (n->sides[i].first == NULL)
            continue;
        __atomic_store_n(&n->sides[i].first->proxied, true, __ATOMIC_RELAXED);
        __atomic_store_n(&n->sides[i].first->shared, true, __ATOMIC_RELEASE);
    }
}

/* From now on what is released into any of the names can be acquired from all of them. */
static void join_names(struct zg_inproc_name *const names[], size_t count)
{
    struct zg_inproc_group *g = NULL;

    for (size_t i = 0; i < count && g == NULL; i++)
        g = names[i]->group != NULL ? zg_inproc_root(names[i]->group) : NULL;
    if (g == NULL)
        g = new_group();
    for (size_t i = 0; i < count; i++) {
        struct zg_inproc_group *old =
            names[i]->group != NULL ? zg_inproc_root(names[i]->group) : NULL;

        if (old == NULL)
            __atomic_store_n(&names[i]->group, g, __ATOMIC_RELEASE);
        else if (old != g)
            __atomic_store_n(&old->parent, g, __ATOMIC_RELEASE);
        names[i]->pinned = true;
        tell_group(names[i]);
    }
    /* Pairs with zg_fence_light() in publish(): either a sender sees the group, or what
     * it released into its name (or its previous group) is seen by the folding below. */
    zg_fence_heavy();
    for (size_t i = 0; i < count; i++) {
        zg_inproc_disturb(&names[i]->sides[0]);
        zg_inproc_disturb(&names[i]->sides[1]);
        fold_name(&g->sync, names[i]);
        for (struct zg_inproc_group *c = names[i]->group; c != g; c = c->parent)
            zg_sync_fold(&g->sync, &c->sync);
    }
}

static bool are_proxied(const struct zg_inproc_name *a, const struct zg_inproc_name *b)
{
    return a->group != NULL && b->group != NULL &&
           zg_inproc_root(a->group) == zg_inproc_root(b->group);
}

static bool has_end(const struct zg_inproc *p, const struct zg_inproc_name *n, uint32_t side)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->ends[i].name == n && p->ends[i].side == side)
            return true;
    }
    return false;
}

static void add_end(struct zg_socket *s, uint64_t key, uint32_t side)
{
    struct zg_inproc *p = s->inproc;
    struct zg_inproc_name *n = find_name(key);

    if (has_end(p, n, side)) {
        n->sockets--;
        return;
    }
    /* More than one looks at: they become one group, by way of the first. */
    if (p->count == ZG_INPROC_ENDS) {
        if (!are_proxied(p->ends[0].name, n))
            join_names((struct zg_inproc_name *const[]){p->ends[0].name, n}, 2);
        return;
    }
    p->ends[p->count] = (struct zg_inproc_end){.name = n, .side = side};
    take_side(s, &p->ends[p->count]);
    p->count++;
    p->other = &zg_inproc_none;
    /* What it has released so far is not in the new end's object. */
    p->publisher = 0;
    p->published = ZG_INPROC_NEVER;
}

static void attach(const struct zg_context *c, struct zg_socket *s, const char *name, uint32_t side)
{
    uint64_t key = key_of(c, name);
    zg_lock_acquire(&inproc.lock);

    if (s->inproc == NULL) {
        struct zg_inproc *p = zg_pool_get(&inproc.inprocs);

        if (p != NULL)
            *p = (struct zg_inproc){.other = &zg_inproc_none};
        s->owned.own = &zg_inproc_none;
        s->inproc = p;
    }
    if (s->inproc != NULL) {
        zg_inproc_set_own(s, &zg_inproc_none);
        s->owned.quiet = false;
        add_end(s, key, side);
    } else {
        __atomic_store_n(&inproc.is_incomplete, true, __ATOMIC_RELAXED);
    }
    zg_lock_release(&inproc.lock);
}

void zg_inproc_bound(const struct zg_context *c, struct zg_socket *s, const char *name)
{
    attach(c, s, name, 0);
}

void zg_inproc_connected(const struct zg_context *c, struct zg_socket *s, const char *name)
{
    attach(c, s, name, 1);
}

/* What several release into; the side has a socket. */
static struct zg_sync *shared_of(struct zg_inproc_name *n, struct zg_inproc_side *side)
{
    if (side->shared == NULL)
        __atomic_store_n(&side->shared, object_for(n), __ATOMIC_RELEASE);
    if (side->first != NULL)
        __atomic_store_n(&side->first->shared, true, __ATOMIC_RELEASE);
    return side->shared;
}

void zg_inproc_send_outside(struct zg_actor *a, const struct zg_socket *s)
{
    const struct zg_inproc *p;

    zg_lock_acquire(&inproc.lock);
    p = s->inproc;
    for (uint32_t i = 0; p != NULL && i < p->count; i++) {
        struct zg_inproc_name *n = p->ends[i].name;
        struct zg_sync *shared = shared_of(n, &n->sides[p->ends[i].side]);

        (void)zg_sync_release(a, shared, ZG_INPROC_TAG, ZG_SYNC_SHARED);
        for (struct zg_inproc_group *g = n->group; g != NULL; g = g->parent)
            (void)zg_sync_release(a, &g->sync, ZG_INPROC_TAG, ZG_SYNC_SHARED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        zg_inproc_disturb(&n->sides[1 - p->ends[i].side]);
    }
    zg_lock_release(&inproc.lock);
}

void zg_inproc_receive_outside(struct zg_actor *a, const struct zg_socket *s)
{
    const struct zg_inproc *p;

    zg_lock_acquire(&inproc.lock);
    p = s->inproc;
    for (uint32_t i = 0; p != NULL && i < p->count; i++) {
        const struct zg_inproc_name *n = p->ends[i].name;
        const struct zg_inproc_side *other = &n->sides[1 - p->ends[i].side];

        if (other->first != NULL)
            (void)zg_sync_acquire(a, other->first, ZG_INPROC_TAG);
        if (other->shared != NULL)
            (void)zg_sync_acquire(a, other->shared, ZG_INPROC_TAG);
        if (n->group != NULL)
            (void)zg_sync_acquire(a, &zg_inproc_root(n->group)->sync, ZG_INPROC_TAG);
    }
    zg_lock_release(&inproc.lock);
}

static void leave_name(const struct zg_inproc_end *end)
{
    struct zg_inproc_name *n = end->name;

    if (end->first) {
        n->sides[end->side].taken = false;
        __atomic_store_n(&n->sides[end->side].holder, NULL, __ATOMIC_RELAXED);
    }
    if (--n->sockets != 0 || n->pinned || n == &inproc.common)
        return;
    list_append(n);
    if (inproc.idle > IDLE_MAX)
        give_up_oldest();
}

void zg_inproc_detached(struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;

    if (p == NULL)
        return;
    zg_lock_acquire(&inproc.lock);
    for (uint32_t i = 0; i < p->count; i++)
        leave_name(&p->ends[i]);
    s->owned.quiet = false;
    s->inproc = NULL;
    zg_pool_put(&inproc.inprocs, p);
    zg_lock_release(&inproc.lock);
}

void zg_inproc_proxied(struct zg_socket *const sockets[], size_t count)
{
    struct zg_inproc_name *names[ZG_INPROC_ENDS * 4];
    zg_lock_acquire(&inproc.lock);
    size_t n = 0;

    for (size_t i = 0; i < count && i < 4; i++) {
        const struct zg_inproc *p = sockets[i] != NULL ? sockets[i]->inproc : NULL;

        for (uint32_t k = 0; p != NULL && k < p->count; k++)
            names[n++] = p->ends[k].name;
    }
    if (n > 1)
        join_names(names, n);
    zg_lock_release(&inproc.lock);
}

void zg_inproc_after_fork(void)
{
    zg_lock_reset(&inproc.lock);
    zg_lock_reset(&inproc.by_key.lock);
    zg_lock_reset(&inproc.names.lock);
    for (int i = 0; i < LOST_MAX; i++)
        zg_lock_reset(&inproc.lost[i].lock);
    for (int i = 0; i < GROUPS_MAX; i++)
        zg_lock_reset(&inproc.groups[i].sync.lock);
}

bool zg_inproc_is_incomplete(void)
{
    return __atomic_load_n(&inproc.is_incomplete, __ATOMIC_RELAXED);
}

uint32_t zg_inproc_names(void)
{
    zg_lock_acquire(&inproc.lock);
    uint32_t used = inproc.names.used;

    zg_lock_release(&inproc.lock);
    return used;
}
