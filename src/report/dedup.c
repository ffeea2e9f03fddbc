/* SPDX-License-Identifier: MPL-2.0 */
/* Which findings were raised already. */
#include "report/dedup.h"

#include "base/str.h"

/* A hash table that is never emptied and may be filled to three quarters. */
static struct {
    uint32_t used;
    struct zg_dedup entries[ZG_DEDUP_ENTRIES];
} seen;

static uint32_t hash(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    uint64_t h = ((uint64_t)at << 32 | other) + (uint64_t)kind * 0x9e3779b97f4a7c15;

    h ^= h >> 31;
    h *= 0xbf58476d1ce4e5b9;
    return (uint32_t)(h >> 32);
}

struct zg_dedup *zg_dedup_note(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    uint32_t i = hash(kind, at, other);

    for (;; i++) {
        struct zg_dedup *e = &seen.entries[i & (ZG_DEDUP_ENTRIES - 1)];

        if (!e->used) {
            if (seen.used >= ZG_DEDUP_ENTRIES / 4 * 3)
                return NULL;
            seen.used++;
            *e = (struct zg_dedup){
                .kind = (uint8_t)kind, .used = true, .at = at, .other = other, .count = 1};
            return e;
        }
        if (e->kind == kind && e->at == at && e->other == other) {
            e->count++;
            return e;
        }
    }
}

void zg_dedup_each(void (*visit)(const struct zg_dedup *e, void *arg), void *arg)
{
    for (size_t i = 0; i < ZG_DEDUP_ENTRIES; i++) {
        if (seen.entries[i].used)
            visit(&seen.entries[i], arg);
    }
}

void zg_dedup_after_fork(void)
{
    for (size_t i = 0; i < ZG_DEDUP_ENTRIES; i++)
        seen.entries[i].count = 0;
}

void zg_dedup_clear(void)
{
    memset(&seen, 0, sizeof(seen));
}
