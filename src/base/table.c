/* SPDX-License-Identifier: MPL-2.0 */
/* A map from addresses to records, which is read without a lock. */
#include "base/table.h"

#include "base/arena.h"

#define FIRST_SLOTS ((size_t)64)

static void *probe(const struct zg_table_map *map, uintptr_t key, struct zg_table_slot **slot)
{
    const struct zg_table_slot *s = zg_table_slot_of(map, key);

    if (s == NULL)
        return NULL;
    *slot = (struct zg_table_slot *)(uintptr_t)s;
    return s->value;
}

/* A deleted slot is used again: a reader that saw the old key just before may be given the new
 * key's value, and finds out by the record's own key (base/table.h). */
static void insert(struct zg_table_map *map, uintptr_t key, void *value)
{
    size_t i = zg_table_hash(key) & map->mask;

    while (map->slots[i].key > ZG_TABLE_DELETED)
        i = (i + 1) & map->mask;
    map->used += map->slots[i].key == ZG_TABLE_EMPTY;
    map->live++;
    __atomic_store_n(&map->slots[i].value, value, __ATOMIC_RELAXED);
    /* Pairs with the acquire load in probe(). */
    __atomic_store_n(&map->slots[i].key, key, __ATOMIC_RELEASE);
}

/* A map of twice the size with the live entries of old. */
static struct zg_table_map *grown(const struct zg_table_map *old)
{
    size_t slots = old == NULL ? FIRST_SLOTS : (old->mask + 1) * 2;
    struct zg_table_map *map = zg_arena_alloc(sizeof(*map) + slots * sizeof(map->slots[0]));

    if (map == NULL)
        return NULL;
    map->mask = slots - 1;
    for (size_t i = 0; old != NULL && i <= old->mask; i++) {
        if (old->slots[i].key > ZG_TABLE_DELETED)
            insert(map, old->slots[i].key, old->slots[i].value);
    }
    return map;
}

/*
 * Turns deleted slots back into empty ones where that breaks no probe sequence: a run of deleted
 * slots just before an empty slot. A reader of any other key stops at the empty slot it would
 * have reached anyway; keys never sit behind a cleaned slot. Values of cleaned slots are reset.
 */
static void clean_before(struct zg_table_map *map, size_t i)
{
    if (map->slots[(i + 1) & map->mask].key != ZG_TABLE_EMPTY)
        return;
    while (map->slots[i].key == ZG_TABLE_DELETED) {
        __atomic_store_n(&map->slots[i].key, ZG_TABLE_EMPTY, __ATOMIC_RELEASE);
        map->used--;
        i = (i - 1) & map->mask;
    }
}

/* A map is full at three quarters. It may be fuller when most of its slots are deleted ones, which
 * are used again: a table whose entries come and go must not grow. Some slots always stay empty,
 * since a probe ends at an empty one. */
static bool has_room(const struct zg_table_map *map)
{
    size_t slots = map->mask + 1;

    return (map->used + 1) * 4 <= slots * 3 ||
           (map->live * 4 < slots && (map->used + 1) * 16 < slots * 15);
}

static int make_room(struct zg_table *table)
{
    struct zg_table_map *map = table->map;
    struct zg_table_map *bigger;

    if (map != NULL && has_room(map))
        return 0;
    bigger = grown(map);
    if (bigger == NULL)
        return map != NULL && map->used < map->mask ? 0 : -ZG_ENOMEM;
    /* Pairs with the acquire load in zg_table_find(). */
    __atomic_store_n(&table->map, bigger, __ATOMIC_RELEASE);
    return 0;
}

int zg_table_put_alone(struct zg_table *table, uintptr_t key, void *value)
{
    struct zg_table_slot *slot = NULL;
    int rc = 0;

    if (table->map != NULL && probe(table->map, key, &slot) != NULL)
        __atomic_store_n(&slot->value, value, __ATOMIC_RELEASE);
    else if (table->limit != 0 && table->map != NULL && table->map->live >= table->limit)
        rc = -ZG_EFULL;
    else if ((rc = make_room(table)) == 0)
        insert(table->map, key, value);
    return rc;
}

int zg_table_put(struct zg_table *table, uintptr_t key, void *value)
{
    int rc;

    zg_lock_acquire(&table->lock);
    rc = zg_table_put_alone(table, key, value);
    zg_lock_release(&table->lock);
    return rc;
}

void *zg_table_take_alone(struct zg_table *table, uintptr_t key)
{
    struct zg_table_slot *slot = NULL;
    void *value = table->map != NULL ? probe(table->map, key, &slot) : NULL;

    if (value != NULL) {
        __atomic_store_n(&slot->key, ZG_TABLE_DELETED, __ATOMIC_RELEASE);
        table->map->live--;
        clean_before(table->map, (size_t)(slot - table->map->slots));
    }
    return value;
}

void *zg_table_take(struct zg_table *table, uintptr_t key)
{
    void *value;

    zg_lock_acquire(&table->lock);
    value = zg_table_take_alone(table, key);
    zg_lock_release(&table->lock);
    return value;
}

bool zg_table_take_if(struct zg_table *table, uintptr_t key, const void *value)
{
    struct zg_table_slot *slot = NULL;
    bool is_it;

    zg_lock_acquire(&table->lock);
    is_it = table->map != NULL && value != NULL && probe(table->map, key, &slot) == value;
    if (is_it)
        (void)zg_table_take_alone(table, key);
    zg_lock_release(&table->lock);
    return is_it;
}

void zg_table_each(struct zg_table *table, bool (*visit)(uintptr_t key, void *value, void *arg),
                   void *arg)
{
    zg_lock_acquire(&table->lock);

    for (size_t i = 0; table->map != NULL && i <= table->map->mask; i++) {
        const struct zg_table_slot *s = &table->map->slots[i];

        if (s->key > ZG_TABLE_DELETED && !visit(s->key, s->value, arg))
            break;
    }
    zg_lock_release(&table->lock);
}

size_t zg_table_live(struct zg_table *table)
{
    zg_lock_acquire(&table->lock);
    size_t live = table->map != NULL ? table->map->live : 0;

    zg_lock_release(&table->lock);
    return live;
}
