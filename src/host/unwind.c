/* SPDX-License-Identifier: MPL-2.0 */
/* Walking the stack with libunwind, reading memory on its behalf. */
#include "host/unwind.h"

#include <string.h>

#include "base/sys.h"
#include "host/unwind_load.h"

#define PAGE       ((uintptr_t)4096)
#define STEPS_MAX  (ZG_STACK_FRAMES + 16) /* the guard's own frames are walked too */
#define SEARCH_MAX 4096

/* What the calling thread's libunwind works on: read by access_mem below. */
struct job {
    struct zg_walk *walk;
    const zg_arch_context *context;
    uintptr_t outer; /* stack pointer of the first frame kept; 0 before that */
    bool noting;     /* reads are noted in the walk */
};

static __thread struct job *current __attribute__((tls_model("initial-exec")));

bool zg_walk_read(struct zg_walk *walk, uintptr_t addr, uintptr_t *value)
{
    uintptr_t page = addr & ~(PAGE - 1);

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

/* The result so far depends on this word. Registers that the guard's own frames hold cannot be
 * compared later; only the frame pointer stands where the caller of the hook left it. */
static void note(struct job *job, uintptr_t addr, uintptr_t value)
{
    struct zg_walk *w = job->walk;

    if (!job->noting || addr == w->frame)
        return;
    if (addr < job->outer || w->read_count == ZG_WALK_READS) {
        w->exact = false;
        return;
    }
    for (uint32_t i = w->read_count; i > 0 && i + 4 > w->read_count; i--)
        if (w->reads[i - 1].addr == addr)
            return;
    w->reads[w->read_count++] = (struct zg_stack_read){.addr = addr, .value = value};
}

int zg_unwind_access_mem(void *space, uint64_t addr, uint64_t *value, int write, void *arg)
{
    struct job *job = current;
    uintptr_t word;

    if (job == NULL) /* the host uses this libunwind too */
        return zg_unwind_lib.host_access_mem(space, addr, value, write, arg);
    if (write)
        return -1;
    if (addr - (uintptr_t)job->context < sizeof(*job->context)) {
        memcpy(value, (const void *)addr, sizeof(*value));
        if (job->noting)
            job->walk->exact = false;
        return 0;
    }
    if (!zg_walk_read(job->walk, addr, &word))
        return -1;
    *value = word;
    note(job, addr, word);
    return 0;
}

static uintptr_t reg(struct job *job, zg_unwind_cursor *cursor, int number)
{
    bool noting = job->noting;
    uint64_t value = 0;

    job->noting = false;
    if (zg_unwind_lib.get_reg(cursor, number, &value) < 0)
        value = 0;
    job->noting = noting;
    return (uintptr_t)value;
}

static bool is_signal_frame(struct job *job, zg_unwind_cursor *cursor)
{
    bool noting = job->noting;
    int ret;

    job->noting = false;
    ret = zg_unwind_lib.is_signal_frame(cursor);
    job->noting = noting;
    return ret > 0;
}

static void walk_all(struct job *job, zg_unwind_cursor *cursor)
{
    struct zg_walk *w = job->walk;
    bool interrupted = false;
    uintptr_t inner_sp = 0;
    uintptr_t inner_fp = 0;

    uint32_t steps = w->wanted != 0 ? SEARCH_MAX : STEPS_MAX;

    for (; steps > 0 && w->count < w->depth; steps--) {
        uintptr_t ip = zg_arch_plain_address(reg(job, cursor, ZG_ARCH_UNWIND_IP));
        uintptr_t sp = reg(job, cursor, ZG_ARCH_UNWIND_SP);

        if (ip == 0)
            break;
        if (w->wanted != 0 && inner_fp == w->wanted && inner_sp <= w->wanted && w->wanted < sp)
            w->found = true;
        if (job->outer == 0 && sp > w->frame) {
            job->outer = sp;
            job->noting = true;
        }
        if (job->outer != 0)
            w->ips[w->count++] = ip + interrupted;
        inner_sp = sp;
        inner_fp = w->wanted != 0 ? reg(job, cursor, ZG_ARCH_UNWIND_FP) : 0;
        interrupted = is_signal_frame(job, cursor);
        if (zg_unwind_lib.step(cursor) <= 0)
            break;
    }
}

ZG_NOINLINE void zg_unwind_walk(struct zg_walk *walk)
{
    zg_arch_context context;
    zg_unwind_cursor cursor;
    struct job *outer = current;
    struct job job = {.walk = walk, .context = &context};
    int saved;

    walk->exact = true;
    if (zg_unwind_lib.step == NULL)
        return;
    saved = zg_unwind_enter();
    zg_arch_capture(&context);
    current = &job; /* a handler that interrupts us puts it back */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (zg_unwind_lib.init_local(&cursor, &context) >= 0)
        walk_all(&job, &cursor);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    current = outer;
    zg_unwind_leave(saved);
}
