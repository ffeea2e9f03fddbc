/* SPDX-License-Identifier: MPL-2.0 */
/* Room for a thread's hints. */
#include "base/arena.h"
#include "host/thread.h"

#define GROWTH 8U

static uintptr_t count_of(const struct zg_thread *t)
{
    return t->site_mask / sizeof(struct zg_call_site) + 1;
}

void zg_call_sites_clear(struct zg_thread *t)
{
    for (uintptr_t i = 0; i < count_of(t); i++)
        t->sites[i] = zg_call_site_none;
    t->sites_stacks = t->stacks;
    t->collisions = 0;
}

void zg_call_sites_start(struct zg_thread *t)
{
    t->sites = t->some_call_sites;
    t->site_mask = (ZG_CALL_SITES - 1) * sizeof(struct zg_call_site);
    zg_call_sites_clear(t);
}

/* The old ones stay as they are: a signal handler may be here, and what it interrupted there. */
static void grow(struct zg_thread *t, struct zg_call_site **sites, uintptr_t count)
{
    if (*sites == NULL)
        *sites = zg_arena_alloc(count * sizeof(struct zg_call_site));
    if (*sites == NULL)
        return;
    for (uintptr_t i = 0; i < count; i++)
        (*sites)[i] = zg_call_site_none;
    t->sites = *sites;
    /* In this order: the old mask does for the new ones, not vice versa. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    t->site_mask = (count - 1) * sizeof(struct zg_call_site);
}

void zg_call_sites_grow(struct zg_thread *t)
{
    uintptr_t count = count_of(t), next = ZG_CALL_SITES;

    if (++t->collisions < 4 * count)
        return;
    t->collisions = 0;
    for (int i = 0; i < ZG_CALL_SITES_MORE; i++) {
        next *= GROWTH;
        if (next > count) {
            grow(t, &t->more_call_sites[i], next);
            return;
        }
    }
}
