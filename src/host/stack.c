/* SPDX-License-Identifier: MPL-2.0 */
/* Taking stacks. */
#include "host/stack.h"

#include "host/depot.h"
#include "host/unwind.h"

static struct {
    enum zg_stacks_mode mode;
    uint32_t depth;
} config = {.mode = ZG_STACKS_CALLER, .depth = ZG_STACK_FRAMES};

void zg_stack_init(enum zg_stacks_mode mode, uint32_t depth)
{
    if (mode == ZG_STACKS_FULL)
        zg_unwind_init();
    config.depth = depth < 1 ? 1 : depth > ZG_STACK_FRAMES ? ZG_STACK_FRAMES : depth;
    config.mode = mode;
}

const char *zg_stack_missing(void)
{
    return config.mode == ZG_STACKS_FULL ? zg_unwind_missing() : NULL;
}

zg_stack_id zg_stack_take(struct zg_stack_cache **cache, uintptr_t caller, uintptr_t frame)
{
    struct zg_walk walk;

    (void)cache;
    if (config.mode == ZG_STACKS_OFF)
        return 0;
    walk.frame = frame;
    walk.wanted = 0;
    walk.depth = config.depth;
    walk.count = walk.read_count = 0;
    walk.found = false;
    walk.page[0] = walk.page[1] = 0;
    if (config.mode == ZG_STACKS_FULL)
        zg_unwind_walk(&walk);
    if (walk.count == 0 || walk.ips[0] != caller)
        return zg_depot_intern(&caller, 1, 0);
    return zg_depot_intern(walk.ips, walk.count, 0);
}

size_t zg_stack_frames(zg_stack_id id, uintptr_t *frames, size_t cap)
{
    return zg_depot_frames(id, frames, cap);
}

bool zg_stack_has_frame(uintptr_t frame)
{
    struct zg_walk walk;

    walk.frame = UINTPTR_MAX;
    walk.wanted = frame;
    walk.depth = ZG_STACK_FRAMES;
    walk.count = walk.read_count = 0;
    walk.found = false;
    walk.page[0] = walk.page[1] = 0;
    zg_unwind_walk(&walk);
    return walk.found;
}

void zg_stack_cache_drop(struct zg_stack_cache **cache)
{
    *cache = NULL;
}

void zg_stack_flush(void)
{
}

void zg_stack_after_fork(void)
{
    zg_depot_after_fork();
    zg_unwind_after_fork();
}
