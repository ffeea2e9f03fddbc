/* SPDX-License-Identifier: MPL-2.0 */
/* Walking the stack with libunwind, reading memory on its behalf. */
#include "host/unwind.h"

#include <string.h>

#include "base/sys.h"
#include "host/own_stack.h"
#include "host/rules.h"
#include "host/unwind_load.h"

#define PAGE       ((uintptr_t)4096)
#define STEPS_MAX  (ZG_STACK_FRAMES + 16) /* the guard's own frames are walked too */
#define SEARCH_MAX 4096

struct walk_job {
    struct zg_unwind_job job; /* first */
    struct zg_walk *walk;
    const zg_arch_context *context;
    bool noting; /* reads are noted in the walk */
};

void zg_walk_begin(struct zg_walk *walk, uintptr_t frame, uint32_t depth)
{
    walk->frame = frame;
    walk->wanted = 0;
    walk->beyond = 0;
    walk->depth = depth;
    walk->sure = false;
    walk->count = 0;
    walk->read_count = 0;
    walk->exact = true;
    walk->refused = false;
    walk->linked = false;
    walk->passed = false;
    walk->found = false;
    walk->outer = 0;
    walk->page[0] = walk->page[1] = 0;
}

/* The stack that the thread runs on is known to be readable; another (a coroutine's, a handler's)
 * may be given back one day, so each page of it is asked for anew. */
bool zg_walk_read(struct zg_walk *walk, uintptr_t addr, uintptr_t *value)
{
    uintptr_t page = addr & ~(PAGE - 1);

    if (zg_likely(zg_own_stack_has(addr))) {
        memcpy(value, (const void *)addr, sizeof(*value));
        return true;
    }
    if ((addr & (PAGE - 1)) > PAGE - sizeof(*value))
        page = 0; /* across two pages: ask each time */
    if (page == 0 || (page != walk->page[0] && page != walk->page[1])) {
        if (!zg_sys_readable((const void *)addr))
            return false;
        walk->page[1] = walk->page[0];
        walk->page[0] = page;
    }
    memcpy(value, (const void *)addr, sizeof(*value));
    return true;
}

/*
 * Registers that the guard's own frames hold cannot be compared later, those frames being gone;
 * only the frame pointer stands where the hook's frame begins, and is part of what a walk is
 * remembered by.
 */
void zg_walk_note(struct zg_walk *walk, uintptr_t addr, uintptr_t value)
{
    if (walk->outer != 0 && addr == walk->frame)
        walk->linked = true;
    if (walk->outer == 0 || addr == walk->frame)
        return;
    if (addr < walk->outer || walk->read_count == ZG_WALK_READS) {
        walk->exact = false;
        return;
    }
    for (uint32_t i = walk->read_count; i > 0 && i + 4 > walk->read_count; i--)
        if (walk->reads[i - 1].addr == addr)
            return;
    walk->reads[walk->read_count++] = (struct zg_stack_read){.addr = addr, .value = value};
}

static bool read_for_walk(struct zg_unwind_job *job, uintptr_t addr, uintptr_t *value)
{
    struct walk_job *j = (struct walk_job *)job;

    if (addr - (uintptr_t)j->context < sizeof(*j->context)) {
        memcpy(value, (const void *)addr, sizeof(*value));
        if (j->noting && j->walk->outer != 0)
            j->walk->exact = false;
        return true;
    }
    if (!zg_walk_read(j->walk, addr, value))
        return false;
    if (j->noting)
        zg_walk_note(j->walk, addr, *value);
    return true;
}

static uintptr_t reg(struct walk_job *job, zg_unwind_cursor *cursor, int number)
{
    uint64_t value = 0;

    job->noting = false;
    if (zg_unwind_lib.get_reg(cursor, number, &value) < 0)
        value = 0;
    job->noting = true;
    return (uintptr_t)value;
}

static bool is_signal_frame(struct walk_job *job, zg_unwind_cursor *cursor)
{
    int ret;

    job->noting = false;
    ret = zg_unwind_lib.is_signal_frame(cursor);
    job->noting = true;
    return ret > 0;
}

/*
 * libunwind follows the expressions of DWARF without asking us. What it will read so is noted here
 * where we know which word it is; where we do not, the walk cannot be remembered. False when the
 * word cannot be read: libunwind would crash.
 */
static bool may_step(struct walk_job *job, zg_unwind_cursor *cursor, uintptr_t ip)
{
    struct zg_walk *w = job->walk;
    struct zg_rule rule = zg_rules_find(ip);
    uintptr_t at;
    uintptr_t value;

    if (rule.kind == ZG_RULE_COMPLEX && w->outer != 0)
        w->exact = false;
    if (rule.kind != ZG_RULE_FRAME || rule.base != ZG_RULE_LOADED)
        return true;
    if (zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_FP, &at) < 0)
        return false;
    at += (uintptr_t)((intptr_t)rule.cfa * 8);
    if (!zg_walk_read(w, at, &value))
        return false;
    zg_walk_note(w, at, value);
    return true;
}

static void walk_all(struct walk_job *job, zg_unwind_cursor *cursor)
{
    struct zg_walk *w = job->walk;
    bool interrupted = false;
    uintptr_t inner_sp = 0;
    uintptr_t inner_fp = 0;
    uintptr_t inner_ip = 0;
    uint32_t steps = w->wanted != 0 ? SEARCH_MAX : STEPS_MAX;

    for (; steps > 0 && w->count < w->depth; steps--) {
        uintptr_t ip = zg_arch_plain_address(reg(job, cursor, ZG_ARCH_UNWIND_IP));
        uintptr_t sp = reg(job, cursor, ZG_ARCH_UNWIND_SP);

        if (ip == 0)
            break;
        job->job.ip = ip + interrupted;
        if (w->wanted != 0)
            zg_walk_look(w, inner_ip, inner_fp, inner_sp, sp);
        if (w->outer == 0 && sp > w->frame)
            w->outer = sp;
        ip += interrupted; /* as a return address: what is meant is before it */
        if (w->outer != 0)
            w->ips[w->count++] = ip;
        inner_ip = ip;
        inner_sp = sp;
        inner_fp = w->wanted != 0 ? reg(job, cursor, ZG_ARCH_UNWIND_FP) : 0;
        interrupted = is_signal_frame(job, cursor);
        if (!may_step(job, cursor, ip) || zg_unwind_lib.step(cursor) <= 0)
            break;
    }
}

void zg_unwind_walk(struct zg_walk *walk, const zg_arch_context *from)
{
    zg_arch_context context = *from; /* libunwind's to write to */
    zg_unwind_cursor cursor;
    struct walk_job job = {
        .job.read = read_for_walk,
        .walk = walk,
        .context = &context,
        .noting = true,
    };

    if (zg_unwind_missing() != NULL)
        return;
    if (!zg_unwind_enter(&job.job)) {
        walk->refused = true;
        return;
    }
    if (zg_unwind_lib.init_local(&cursor, &context) >= 0)
        walk_all(&job, &cursor);
    zg_unwind_leave(&job.job);
    if (zg_unwind_is_unwatched())
        walk->exact = false;
}
