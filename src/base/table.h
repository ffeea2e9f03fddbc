/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A map from addresses to records: readers take no lock and write nothing, writers take one lock.
 * Open addressing with linear probing; a grown table keeps its predecessors readable for ever
 * (their sum is at most the newest one's size).
 *
 * A reader that runs beside a writer sees the entry before or after the change, or the record of
 * another key that was just put in the same slot. So a caller compares the key that stands in the
 * record itself, which is safe because records are type-stable (base/arena.h).
 */
#ifndef ZG_BASE_TABLE_H
#define ZG_BASE_TABLE_H

#include "base/lock.h"

struct zg_table_slot {
    uintptr_t key; /* atomic; 0 empty, 1 deleted */
    void *value;   /* atomic */
};

struct zg_table_map {
    size_t mask; /* slots - 1; a power of two less one */
    size_t used; /* guarded by the table's lock: slots that are not empty, deleted ones included */
    size_t live; /* guarded by the table's lock */
    struct zg_table_slot slots[];
};

struct zg_table {
    struct zg_lock lock;
    struct zg_table_map *map; /* atomic: written under lock, read by all */
    size_t limit;             /* live entries at most; 0 = as many as the arena gives */
};

#define ZG_TABLE_EMPTY   ((uintptr_t)0)
#define ZG_TABLE_DELETED ((uintptr_t)1)

ZG_INLINE size_t zg_table_hash(uintptr_t key)
{
    return (size_t)(((uint64_t)key >> 4) * 0x9E3779B97F4A7C15U >> 20);
}

ZG_INLINE const struct zg_table_slot *zg_table_slot_of(const struct zg_table_map *map,
                                                       uintptr_t key)
{
    size_t i = zg_table_hash(key) & map->mask;

    for (size_t n = 0; n <= map->mask; n++, i = (i + 1) & map->mask) {
        /* Pairs with the release store of key in insert(): value is there once key is. */
        uintptr_t seen = __atomic_load_n(&map->slots[i].key, __ATOMIC_ACQUIRE);

        if (seen == key)
            return &map->slots[i];
        if (seen == ZG_TABLE_EMPTY)
            break;
    }
    return NULL;
}

/* The record for key (an address > 1), or NULL. Lock-free, async-signal-safe. */
ZG_INLINE void *zg_table_find(const struct zg_table *table, uintptr_t key)
{
    const struct zg_table_map *map = __atomic_load_n(&table->map, __ATOMIC_ACQUIRE);
    const struct zg_table_slot *s;

    if (map == NULL || key <= ZG_TABLE_DELETED)
        return NULL;
    s = zg_table_slot_of(map, key);
    return s != NULL ? __atomic_load_n(&s->value, __ATOMIC_ACQUIRE) : NULL;
}
/* Adds or replaces. 0, -ZG_EFULL at the limit, -ZG_ENOMEM. */
int zg_table_put(struct zg_table *table, uintptr_t key, void *value);
/* Removes and returns the record, or NULL. */
void *zg_table_take(struct zg_table *table, uintptr_t key);
/* Removes the record if it is this one: another may have been put in its place by now. */
bool zg_table_take_if(struct zg_table *table, uintptr_t key, const void *value);
/* Put and take for who lets no other writer in: all that write to the table hold one lock of
 * theirs, in a section. */
int zg_table_put_alone(struct zg_table *table, uintptr_t key, void *value);
void *zg_table_take_alone(struct zg_table *table, uintptr_t key);
/* Calls visit for every entry under the table's lock; stops when it returns false. visit must not
 * change the table. */
void zg_table_each(struct zg_table *table, bool (*visit)(uintptr_t key, void *value, void *arg),
                   void *arg);
size_t zg_table_live(struct zg_table *table);

#endif
