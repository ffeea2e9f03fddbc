/* SPDX-License-Identifier: MPL-2.0 */
/* The table of synchronisation objects, and what happens when it is full. */
#include "model/sync_table.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/table.h"

#define CHUNK_OBJECTS 256U
#define CHUNKS        (ZG_SYNC_OBJECTS / CHUNK_OBJECTS)
#define NO_INDEX      UINT32_MAX
#define EVICT_TRIES   64U

static struct {
    struct zg_lock lock;
    struct zg_sync *chunks[CHUNKS]; /* atomic; written under lock */
    uint32_t made;                  /* atomic; written under lock: objects 0..made - 1 exist */
    uint32_t limit;                 /* 0 = ZG_SYNC_OBJECTS */
    /* Guarded by lock: the forgotten ones, oldest first, as indices + 1. */
    uint32_t first_free, last_free, free_count;
    uint32_t hand;       /* guarded by lock: where the next eviction looks */
    bool overflows;      /* atomic: the overflow objects hold something */
    struct zg_table map; /* written under lock alone */
} table;

static struct zg_sync overflow[ZG_SYNC_OVERFLOW] = {
    [0 ... ZG_SYNC_OVERFLOW - 1] = {.overflow = true},
};

static struct zg_sync *object(uint32_t index)
{
    struct zg_sync *chunk = __atomic_load_n(&table.chunks[index / CHUNK_OBJECTS], __ATOMIC_ACQUIRE);

    return &chunk[index % CHUNK_OBJECTS];
}

static uint64_t key_of(uint64_t tag)
{
    /* The table's hash leaves out the lowest bits and keys 0 and 1. */
    return tag << 4 | tag >> 60;
}

static struct zg_sync *overflow_of(uint64_t tag)
{
    struct zg_sync *s = &overflow[(tag >> 4) * 0x9E3779B97F4A7C15U >> 32 & (ZG_SYNC_OVERFLOW - 1)];

    return s;
}

/* All of the following up to zg_sync_release_tag() run with the table's lock held. */

static bool make_chunk(uint32_t index)
{
    struct zg_sync *chunk = zg_arena_alloc(CHUNK_OBJECTS * sizeof(*chunk));

    if (chunk == NULL)
        return false;
    for (uint32_t i = 0; i < CHUNK_OBJECTS; i++)
        chunk[i].index = index + i;
    __atomic_store_n(&table.chunks[index / CHUNK_OBJECTS], chunk, __ATOMIC_RELEASE);
    return true;
}

static struct zg_sync *make_new(void)
{
    uint32_t limit = table.limit != 0 ? table.limit : ZG_SYNC_OBJECTS;
    uint32_t index = table.made;

    if (index >= limit || (index % CHUNK_OBJECTS == 0 && !make_chunk(index)))
        return NULL;
    /* Release: pairs with the acquire load in zg_sync_scrub(). */
    __atomic_store_n(&table.made, index + 1, __ATOMIC_RELEASE);
    return object(index);
}

static void push_free(struct zg_sync *s)
{
    s->next = 0;
    if (table.last_free != 0)
        object(table.last_free - 1)->next = s->index + 1;
    else
        table.first_free = s->index + 1;
    table.last_free = s->index + 1;
    table.free_count++;
}

static struct zg_sync *pop_free(void)
{
    struct zg_sync *s = object(table.first_free - 1);

    table.first_free = s->next;
    if (table.first_free == 0)
        table.last_free = 0;
    table.free_count--;
    return s;
}

/* May s, whose last release is this, be given away under its users' feet? Only a thread whose slot
 * stands in last changes it without the lock: so not while that is another thread, which may be
 * running. Under the lock the answer stays true, but for an empty one (last is 0), into which
 * anybody may release: claim_empty(). */
static bool is_evictable(const struct zg_actor *a, const struct zg_sync *s, zg_epoch last)
{
    uint32_t slot = zg_epoch_slot(last);

    return zg_tag_addr(s->tag) != 0 &&
           (slot == ZG_SLOT_MERGED || slot == 0 || slot == zg_epoch_slot(a->epoch));
}

/* s's lock is held. */
static void unname(struct zg_sync *s)
{
    bool is_mutex = zg_tag_kind(s->tag) == ZG_SYNC_MUTEX;

    __atomic_store_n(&s->tag, 0, __ATOMIC_RELAXED);
    /* Pairs with the order of loads in zg_sync_acquire(): who sees a new last sees no old tag. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    /* A mutex is known by the last release alone (track/edge.h), and nobody holds it otherwise. */
    if (is_mutex)
        __atomic_store_n(&s->last, zg_epoch_make(ZG_SLOT_MERGED, ++s->version), __ATOMIC_RELAXED);
}

/* Takes the name of an empty object, whose lock is held, unless somebody releases into it first. */
static bool claim_empty(struct zg_sync *s)
{
    zg_epoch last = 0;

    if (!__atomic_compare_exchange_n(&s->last, &last, zg_epoch_make(ZG_SLOT_MERGED, ++s->version),
                                     false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return false;
    unname(s);
    return true;
}

/* Folds an old object into the overflow and frees it. Under its lock no release can be lost:
 * later ones find the name gone. Nor can an acquire: it finds the name, with the content, or no
 * name any more, and the content in the overflow. */
static bool fold_away(const struct zg_actor *a, struct zg_sync *s)
{
    uint64_t tag;
    zg_epoch last;
    bool evictable;

    zg_lock_acquire_nested(&s->lock);
    tag = s->tag;
    last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);
    evictable = is_evictable(a, s, last);
    if (evictable && last == 0) {
        evictable = claim_empty(s);
    } else if (evictable) {
        struct zg_sync *to = overflow_of(tag);

        __atomic_store_n(&table.overflows, true, __ATOMIC_SEQ_CST);
        zg_lock_acquire_nested(&to->lock);
        zg_sync_absorb(to, s->vc, last);
        zg_lock_release_nested(&to->lock);
        unname(s);
    }
    zg_lock_release_nested(&s->lock);
    if (evictable)
        (void)zg_table_take_alone(&table.map, key_of(tag));
    return evictable;
}

static struct zg_sync *evict(const struct zg_actor *a)
{
    for (uint32_t i = 0; a != NULL && i < EVICT_TRIES && table.made != 0; i++) {
        struct zg_sync *s = object(table.hand++ % table.made);

        if (is_evictable(a, s, __atomic_load_n(&s->last, __ATOMIC_RELAXED)) && fold_away(a, s))
            return s;
    }
    return NULL;
}

/* Gives a nameless object its name. Others may still hold a pointer to it from before. Its lock is
 * held. */
static void rename_to(struct zg_sync *s, uint64_t tag, zg_epoch last)
{
    struct zg_vc *old = s->vc;

    __atomic_store_n(&s->last, last, __ATOMIC_RELAXED);
    __atomic_store_n(&s->vc, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&s->held, false, __ATOMIC_RELAXED);
    zg_vc_unref(old);
    __atomic_store_n(&s->tag, tag, __ATOMIC_RELEASE);
}

static struct zg_sync *take_object(const struct zg_actor *a)
{
    struct zg_sync *s = NULL;

    if (table.free_count > ZG_SYNC_QUARANTINE)
        return pop_free();
    s = make_new();
    if (s == NULL && table.free_count > 0)
        s = pop_free();
    return s != NULL ? s : evict(a);
}

static struct zg_sync *named(uint64_t tag)
{
    struct zg_sync *s = zg_table_find(&table.map, key_of(tag));

    return s != NULL && __atomic_load_n(&s->tag, __ATOMIC_ACQUIRE) == tag ? s : NULL;
}

/* What the overflow has for the tag comes into s, whose lock is held. */
static void take_over(struct zg_sync *s, uint64_t tag)
{
    struct zg_sync *from = overflow_of(tag);
    struct zg_vc *vc;

    zg_lock_acquire_nested(&from->lock);
    vc = zg_vc_ref(from->vc);
    zg_lock_release_nested(&from->lock);
    zg_sync_absorb(s, vc, 0);
    zg_vc_unref(vc);
}

/* The first release into an object that holds nothing yet, whose lock is held: as
 * zg_sync_release_slow() does it. False for who shares a slot with others. */
static bool release_first(struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    if (zg_epoch_slot(a->epoch) == ZG_SLOT_SHARED)
        return false;
    __atomic_store_n(&s->vc, zg_vc_ref(a->vc), __ATOMIC_RELAXED);
    /* Pairs with the acquire load in zg_sync_acquire(). */
    __atomic_store_n(&s->last, a->epoch, __ATOMIC_RELEASE);
    a->epoch++;
    zg_sync_note_some(a, tag);
    return true;
}

/* The new object of the tag, with a's release in it if *released is set: it stays so when that was
 * done. */
static struct zg_sync *add(struct zg_actor *a, uint64_t tag, bool *released)
{
    bool release = *released;
    struct zg_sync *s = take_object(a);
    int rc;

    *released = false;
    if (s == NULL)
        return NULL;
    zg_lock_acquire_nested(&s->lock);
    /* Merged and locked until it is complete, so that nobody acquires less. */
    rename_to(s, tag, zg_epoch_make(ZG_SLOT_MERGED, ++s->version));
    rc = zg_table_put_alone(&table.map, key_of(tag), s);
    if (rc != 0)
        unname(s);
    /* Pairs with the fence in release_to_overflow(): either it sees the object in the table, or we
     * see what it released. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&table.overflows, __ATOMIC_RELAXED))
        take_over(s, tag);
    else if (release && rc == 0 && release_first(a, s, tag))
        *released = true;
    else
        __atomic_store_n(&s->last, 0, __ATOMIC_RELAXED);
    zg_lock_release_nested(&s->lock);
    if (rc == 0)
        return s;
    push_free(s);
    return NULL;
}

/* released: as in add(). */
static struct zg_sync *find_or_add(struct zg_actor *a, uint64_t tag, bool *released)
{
    struct zg_sync *s = named(tag);

    if (s == NULL) {
        zg_lock_acquire(&table.lock);
        s = named(tag);
        if (s == NULL) {
            s = add(a, tag, released);
            zg_lock_release(&table.lock);
            return s;
        }
        zg_lock_release(&table.lock);
    }
    *released = false;
    return s;
}

static void release_to_overflow(struct zg_actor *a, uint64_t tag, enum zg_sync_mode mode)
{
    struct zg_sync *s;

    __atomic_store_n(&table.overflows, true, __ATOMIC_SEQ_CST);
    (void)zg_sync_release_slow(a, overflow_of(tag), tag);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* pairs with the fence in add() */
    s = named(tag);
    if (s != NULL)
        (void)zg_sync_release(a, s, tag, mode);
}

struct zg_sync *zg_sync_release_tag(struct zg_actor *a, uint64_t tag, enum zg_sync_mode mode)
{
    for (;;) {
        bool released = true;
        struct zg_sync *s = find_or_add(a, tag, &released);

        if (released)
            return s;
        if (s == NULL) {
            release_to_overflow(a, tag, mode);
            return NULL;
        }
        if (zg_sync_release(a, s, tag, mode))
            return s;
    }
}

struct zg_sync *zg_sync_acquire_tag(struct zg_actor *a, uint64_t tag)
{
    struct zg_sync *s = named(tag);

    if (s != NULL && zg_sync_acquire(a, s, tag))
        return s;
    if (__atomic_load_n(&table.overflows, __ATOMIC_SEQ_CST))
        (void)zg_sync_acquire_slow(a, overflow_of(tag), tag);
    return NULL;
}

struct zg_sync *zg_sync_hold(struct zg_actor *a, uint64_t tag)
{
    bool released = false;
    struct zg_sync *s = find_or_add(a, tag, &released);

    if (s == NULL)
        return overflow_of(tag);
    __atomic_store_n(&s->held, true, __ATOMIC_RELAXED);
    return s;
}

static void free_object(struct zg_sync *s)
{
    zg_lock_acquire_nested(&s->lock);
    unname(s);
    zg_lock_release_nested(&s->lock);
    push_free(s);
}

void zg_sync_forget(uint64_t tag)
{
    struct zg_sync *s;

    if (named(tag) == NULL)
        return;
    zg_lock_acquire(&table.lock);
    s = named(tag);
    if (s != NULL) {
        (void)zg_table_take_alone(&table.map, key_of(tag));
        free_object(s);
    }
    zg_lock_release(&table.lock);
}

void zg_sync_forget_empty(uint64_t tag)
{
    struct zg_sync *s = named(tag);

    if (s == NULL || __atomic_load_n(&s->last, __ATOMIC_RELAXED) != 0)
        return;
    zg_lock_acquire(&table.lock);
    s = named(tag);
    if (s != NULL) {
        zg_lock_acquire_nested(&s->lock);
        bool claimed = claim_empty(s);

        zg_lock_release_nested(&s->lock);
        if (claimed) {
            (void)zg_table_take_alone(&table.map, key_of(tag));
            push_free(s);
        }
    }
    zg_lock_release(&table.lock);
}

struct zg_sync *zg_sync_make(enum zg_sync_kind kind)
{
    zg_lock_acquire(&table.lock);
    struct zg_sync *s = take_object(NULL);

    if (s != NULL) {
        zg_lock_acquire_nested(&s->lock);
        rename_to(s, zg_sync_tag(0, kind), 0);
        zg_lock_release_nested(&s->lock);
    }
    zg_lock_release(&table.lock);
    return s;
}

void zg_sync_drop(struct zg_sync *s)
{
    zg_lock_acquire(&table.lock);

    free_object(s);
    zg_lock_release(&table.lock);
}

static void scrub_one(struct zg_sync *s)
{
    zg_lock_acquire_nested(&s->lock);
    zg_sync_absorb(s, NULL, 0);
    zg_lock_release_nested(&s->lock);
}

void zg_sync_scrub(const uint64_t slots[ZG_SLOT_MAX / 64])
{
    uint32_t made = __atomic_load_n(&table.made, __ATOMIC_ACQUIRE);

    for (uint32_t i = 0; i < made; i++) {
        struct zg_sync *s = object(i);
        uint32_t slot = zg_epoch_slot(__atomic_load_n(&s->last, __ATOMIC_RELAXED));

        if (slot < ZG_SLOT_MAX && (slots[slot / 64] >> slot % 64 & 1) != 0)
            scrub_one(s);
    }
}

/* An object that another thread was about to change is emptied: whatever was released into it
 * before the fork is known to all threads of the child, which descend from the one that forked. */
static void reset_after_fork(struct zg_sync *s)
{
    if (!zg_lock_reset(&s->lock))
        return;
    s->last = 0;
    s->vc = NULL;
}

void zg_sync_after_fork(void)
{
    zg_lock_reset(&table.lock);
    zg_lock_reset(&table.map.lock);
    for (uint32_t i = 0; i < table.made; i++)
        reset_after_fork(object(i));
    for (uint32_t i = 0; i < ZG_SYNC_OVERFLOW; i++)
        reset_after_fork(&overflow[i]);
}

size_t zg_sync_memory(uint32_t *objects)
{
    size_t made, unused;
    zg_lock_acquire(&table.lock);
    size_t chunks = (table.made + CHUNK_OBJECTS - 1) / CHUNK_OBJECTS;

    *objects = table.made - table.free_count;
    zg_lock_release(&table.lock);
    zg_vc_memory(&made, &unused);
    return made + chunks * CHUNK_OBJECTS * sizeof(struct zg_sync);
}

void zg_sync_each(bool (*visit)(uint64_t tag, void *arg), void *arg)
{
    uint32_t made = __atomic_load_n(&table.made, __ATOMIC_ACQUIRE);

    for (uint32_t i = 0; i < made; i++) {
        uint64_t tag = __atomic_load_n(&object(i)->tag, __ATOMIC_RELAXED);

        if (__atomic_load_n(&object(i)->last, __ATOMIC_RELAXED) == 0)
            continue; /* an empty one may be destroyed */
        if (tag != 0 && !visit(tag, arg))
            return;
    }
}

void zg_sync_set_limit(uint32_t objects)
{
    table.limit = objects;
}
