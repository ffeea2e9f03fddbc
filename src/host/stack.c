/* SPDX-License-Identifier: MPL-2.0 */
/* Taking stacks: the mode, the walkers, the depot. The entries are kept in stack_cache.c. */
#include "host/stack.h"

#include <errno.h>
#include <string.h>

#include "base/altstack.h"
#include "host/depot.h"
#include "host/objects.h"
#include "host/own_stack.h"
#include "host/python.h"
#include "host/rules.h"
#include "host/script.h"
#include "host/stack_cache.h"
#include "host/thread.h"
#include "host/unwind.h"

const uintptr_t zg_stack_end = 0;

static struct {
    enum zg_stacks_mode mode;
    uint32_t depth;
} config = {.mode = ZG_STACKS_CALLER, .depth = ZG_STACK_FRAMES};

static void load_on_altstack(void *arg, const zg_arch_context *from)
{
    (void)arg, (void)from;
    zg_unwind_init();
}

void zg_stack_init(enum zg_stacks_mode mode, uint32_t depth)
{
    if (mode == ZG_STACKS_FULL) {
        zg_own_stack_init();
        if (!zg_altstack_call(load_on_altstack, NULL))
            zg_unwind_init();
    }
    config.depth = depth < 1 ? 1 : depth > ZG_STACK_FRAMES ? ZG_STACK_FRAMES : depth;
    config.mode = mode;
    /* What was taken meanwhile was the caller alone. */
    zg_rules_flush();
    zg_stack_cache_flush();
}

const char *zg_stack_missing(void)
{
    return config.mode == ZG_STACKS_FULL ? zg_unwind_missing() : NULL;
}

/* By the rules, or where they do not do, by libunwind. */
static void walk_from(struct zg_walk *walk, const zg_arch_context *from)
{
    uintptr_t frame = walk->frame;
    uintptr_t wanted = walk->wanted;
    uintptr_t beyond = walk->beyond;

    if (config.mode != ZG_STACKS_FULL)
        return;
    zg_own_stack_reach((uintptr_t)ZG_ARCH_CONTEXT_SP(from));
    if (zg_rules_walk(walk, from))
        return;
    zg_walk_begin(walk, frame, walk->depth);
    walk->wanted = wanted;
    walk->beyond = beyond;
    zg_unwind_walk(walk, from);
}

static bool is_libc(uintptr_t ip)
{
    struct zg_object o;

    return zg_object_at((uintptr_t)__errno_location, &o) && ip - o.start < o.end - o.start;
}

static bool is_program(uintptr_t ip)
{
    struct zg_object o;

    return zg_object_at(ip, &o) && o.order == 0;
}

/* Where the chain comes to what libc starts main or a thread with: the last two frames in libc,
 * and for main the program's _start. Or the number of frames, when it does not end like that. */
static uint32_t root_of(const struct zg_walk *walk)
{
    uint32_t end = walk->count;

    if (end < 4 || end >= walk->depth)
        return walk->count;
    if (!is_libc(walk->ips[end - 1]) && is_program(walk->ips[end - 1]))
        end--;
    if (!is_libc(walk->ips[end - 1]) || !is_libc(walk->ips[end - 2]) || is_libc(walk->ips[end - 3]))
        return walk->count;
    return end - 2;
}

/* Those frames stay as long as the thread does, and all that they call lies at one place: once the
 * chain was verified up to the function that they called, the rest need not be compared. */
static void spare_root(struct zg_walk *walk)
{
    uint32_t root = root_of(walk);
    uint32_t n = walk->read_count;

    if (root == walk->count)
        return;
    while (n > 0 && walk->reads[n - 1].value != walk->ips[root])
        n--;
    if (n > 0)
        walk->read_count = n - 1;
}

/* Where a frame is found by the frame pointer that the hook's caller had: that too, first. */
static void add_link(struct zg_walk *walk, uintptr_t frame)
{
    if (!walk->linked || walk->read_count == ZG_WALK_READS) {
        walk->exact = walk->exact && !walk->linked;
        return;
    }
    memmove(&walk->reads[1], &walk->reads[0], walk->read_count * sizeof(walk->reads[0]));
    walk->reads[0] = (struct zg_stack_read){.addr = frame, .value = *(const uintptr_t *)frame};
    walk->read_count++;
}

struct taking {
    struct zg_stack_cache *cache; /* NULL: not to be remembered */
    uintptr_t caller, frame, script;
    uint32_t script_count;
    zg_stack_id id; /* the result */
};

/* The frames of the script, and what they will be compared by. */
static void add_script(struct zg_walk *walk, struct taking *t, struct zg_python_frame *frames)
{
    uint32_t count = ZG_PYTHON_FRAMES + 1;
    struct zg_thread *self = zg_thread_self_or_null;

    if (self != NULL && !self->script_named)
        self->script_named =
            zg_python_thread_name(walk, t->script, self->script_name, sizeof(self->script_name));
    if (zg_python_add_frames(walk, t->script))
        count = zg_python_chain(t->script, frames);
    walk->exact = walk->exact && count <= ZG_PYTHON_FRAMES;
    t->script_count = count <= ZG_PYTHON_FRAMES ? count : 0;
}

static void take_on_altstack(void *arg, const zg_arch_context *from)
{
    struct taking *t = arg;
    uint32_t flushes = zg_stack_cache_flushes();
    struct zg_python_frame script[ZG_PYTHON_FRAMES];
    struct zg_walk walk;

    zg_walk_begin(&walk, t->frame, config.depth);
    walk.sure = t->cache != NULL && zg_stack_cache_is_hard(t->cache, t->caller);
    walk_from(&walk, from);
    if (walk.count == 0 || walk.ips[0] != t->caller) {
        walk.count = walk.read_count = 0;
        walk.ips[walk.count++] = t->caller;
    }
    spare_root(&walk);
    if (t->script != 0)
        add_script(&walk, t, script);
    add_link(&walk, t->frame);
    t->id = zg_depot_intern(walk.ips, walk.count, 0);
    if (walk.refused)
        return;
    if (t->cache != NULL && !walk.exact)
        zg_stack_cache_note_hard(t->cache, t->caller);
    if (t->cache != NULL && t->id != 0 && walk.exact)
        zg_stack_cache_put(t->cache,
                           &(struct zg_cached_stack){
                               .caller = t->caller | (t->script != 0 ? ZG_STACK_SCRIPT : 0),
                               .frame = t->frame,
                               .reads = walk.reads,
                               .read_count = (uint16_t)walk.read_count,
                               .script_count = (uint16_t)t->script_count,
                               .id = t->id,
                           },
                           script, flushes);
}

ZG_COLD static zg_stack_id take_new(struct zg_stack_cache *c, uintptr_t caller, uintptr_t frame,
                                    uintptr_t script)
{
    struct taking t = {.cache = c, .caller = caller, .frame = frame, .script = script};

    if (!zg_altstack_call(take_on_altstack, &t))
        return zg_depot_intern(&caller, 1, 0);
    return t.id;
}

/* A call site is remembered without a stack too: a known one is passed faster. */
static void remember_none(struct zg_stack_cache *c, uintptr_t caller, uintptr_t frame)
{
    if (zg_cached_stack_of(c, caller, frame) == NULL)
        zg_stack_cache_put(c, &(struct zg_cached_stack){.caller = caller, .frame = frame}, NULL,
                           zg_stack_cache_flushes());
}

static uintptr_t script_of_thread(void)
{
    return config.mode == ZG_STACKS_FULL ? zg_python_state() : 0;
}

zg_stack_id zg_stack_take_slow(struct zg_stack_cache **cache, uintptr_t caller, uintptr_t frame)
{
    struct zg_stack_cache *c = zg_stack_cache_enter(cache, frame);
    uintptr_t script = script_of_thread();
    zg_stack_id id = 0;

    if (c != NULL && config.mode != ZG_STACKS_OFF)
        id = zg_stack_cache_find(c, caller, frame, script);
    if (config.mode != ZG_STACKS_OFF && id == 0)
        id = take_new(c, caller, frame, script);
    if (c != NULL && config.mode == ZG_STACKS_OFF)
        remember_none(c, caller, frame);
    if (c != NULL)
        zg_stack_cache_leave(c);
    return id;
}

zg_stack_id zg_stack_take_apart(struct zg_stack_cache *const *cache, uintptr_t caller,
                                uintptr_t frame)
{
    uintptr_t script = script_of_thread();
    zg_stack_id id = 0;

    if (config.mode == ZG_STACKS_OFF)
        return 0;
    if (*cache != NULL)
        id = zg_stack_cache_find(*cache, caller, frame, script);
    return id != 0 ? id : take_new(NULL, caller, frame, script);
}

struct interrupted {
    const zg_arch_context *from;
    uintptr_t script;
    zg_stack_id id; /* the result */
};

static void take_interrupted(void *arg, const zg_arch_context *here)
{
    struct interrupted *t = arg;
    zg_arch_context from = *t->from;
    struct zg_walk walk;

    (void)here;
    /* As a return address: libunwind, too, looks at the instruction before it. */
    ZG_ARCH_CONTEXT_IP(&from)++;
    zg_walk_begin(&walk, 0, config.depth);
    if (config.mode == ZG_STACKS_FULL) {
        zg_own_stack_reach((uintptr_t)ZG_ARCH_CONTEXT_SP(&from));
        zg_unwind_walk(&walk, &from);
    }
    if (walk.count == 0)
        walk.ips[walk.count++] = (uintptr_t)ZG_ARCH_CONTEXT_IP(&from);
    if (t->script != 0)
        (void)zg_python_add_frames(&walk, t->script);
    t->id = zg_depot_intern(walk.ips, walk.count, 0);
}

zg_stack_id zg_stack_take_interrupted(const zg_arch_context *from)
{
    struct interrupted t = {.from = from, .script = script_of_thread()};

    return config.mode != ZG_STACKS_OFF && zg_altstack_call(take_interrupted, &t) ? t.id : 0;
}

size_t zg_stack_frames(zg_stack_id id, uintptr_t *frames, size_t cap)
{
    return zg_depot_frames(id, frames, cap);
}

static void find_rule(void *arg, const zg_arch_context *from)
{
    uintptr_t *frame = arg;

    (void)from;
    *frame = zg_rules_find(*frame).kind;
}

bool zg_stack_ends_unfollowed(uintptr_t frame)
{
    uintptr_t answer = frame;

    return config.mode == ZG_STACKS_FULL && zg_unwind_missing() == NULL &&
           !zg_stack_is_script(frame) && zg_altstack_call(find_rule, &answer) &&
           (answer == ZG_RULE_BARE || answer == ZG_RULE_COMPLEX);
}

struct search {
    uintptr_t frame, beyond;
    bool found; /* the result */
};

static void search_on_altstack(void *arg, const zg_arch_context *from)
{
    struct search *s = arg;
    struct zg_walk walk;

    zg_walk_begin(&walk, UINTPTR_MAX, ZG_STACK_FRAMES);
    walk.wanted = s->frame;
    walk.beyond = s->beyond;
    walk_from(&walk, from);
    s->found = walk.found;
}

bool zg_stack_has_frame(uintptr_t frame, uintptr_t beyond)
{
    struct search s = {.frame = frame, .beyond = beyond};

    return zg_altstack_call(search_on_altstack, &s) && s.found;
}

void zg_stack_flush(void)
{
    zg_unwind_flush();
    zg_rules_flush();
    zg_stack_cache_flush();
}

void zg_stack_after_fork(void)
{
    zg_depot_after_fork();
    zg_rules_after_fork();
    zg_script_after_fork();
    zg_unwind_after_fork();
}
