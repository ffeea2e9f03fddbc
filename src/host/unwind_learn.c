/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Learning how libunwind unwinds from a return address: it is given registers that point into
 * memory which does not exist, and every word that it asks for is made up and remembered.
 */
#include "host/unwind.h"

#include <string.h>
#include <sys/mman.h>

#include "base/sys.h"
#include "host/unwind_load.h"

#define WORD      ((int64_t)8)
#define MADE_UP   ((uintptr_t)0x5a5a5a5a5a50)
#define CODE_NEAR 32 /* bytes around the address at which libunwind may look at instructions */

/*
 * The imaginary stack is mapped, since libunwind follows DWARF expressions without asking us. It
 * holds zeros, but for the words around the frame pointer, each of which holds an address of its
 * own: a CFA that was loaded from there tells from where.
 */
#define LAND_SIZE   ((size_t)4 << 20)
#define LAND_FP     ((size_t)1 << 20) /* where the words with addresses are */
#define LAND_WORDS  512               /* so many */
#define LAND_LOADED ((size_t)2 << 20) /* what they hold: this, and STRIDE more each */
#define LAND_STRIDE 2048

/*
 * Where libunwind reads the stack itself (1.6 on aarch64), only values can be watched. Then these
 * parts of the land are filled too, each word with its own address and 4: what comes back as a
 * register tells where it was saved.
 */
#define LAND_SP ((size_t)1 << 16)
#define LAND_TOLD                                                                                  \
    ((size_t)1 << 16) /* bytes filled, from LAND_SP and behind the words at LAND_FP                \
                       */

static uintptr_t land;    /* 0 before zg_unwind_learn_init() */
static bool is_unwatched; /* libunwind does not ask us for the stack */
static bool is_deaf;      /* and nothing can be learnt by values either */

/* One imaginary step and what was asked for during it. */
struct probe {
    struct zg_unwind_job job; /* first */
    zg_arch_context context;
    uintptr_t ip, sp, fp; /* the made-up registers */
    uintptr_t stack_read; /* the word asked for of the made-up stack, 0 none */
    bool fp_read;
    bool foreign; /* something else was asked for */
};

static bool read_context(struct probe *p, uintptr_t addr, uintptr_t *value)
{
    if (addr == (uintptr_t)&ZG_ARCH_CONTEXT_FP(&p->context))
        p->fp_read = true;
    else if (addr != (uintptr_t)&ZG_ARCH_CONTEXT_IP(&p->context) &&
             addr != (uintptr_t)&ZG_ARCH_CONTEXT_SP(&p->context))
        p->foreign = true;
    memcpy(value, (const void *)addr, sizeof(*value));
    return true;
}

static bool read_made_up(struct zg_unwind_job *job, uintptr_t addr, uintptr_t *value)
{
    struct probe *p = (struct probe *)job;

    if (addr - (uintptr_t)&p->context < sizeof(p->context))
        return read_context(p, addr, value);
    if (addr - p->ip + CODE_NEAR < 2 * (uintptr_t)CODE_NEAR) {
        if (!zg_sys_readable((const void *)addr))
            return false;
        memcpy(value, (const void *)addr, sizeof(*value));
        return true;
    }
    if (addr - land >= LAND_SIZE) {
        p->foreign = true;
        return false;
    }
    if (p->stack_read != 0 && p->stack_read != addr)
        p->foreign = true;
    p->stack_read = addr;
    *value = MADE_UP;
    return true;
}

static bool fits(int64_t bytes)
{
    return bytes % WORD == 0 && bytes / WORD > INT16_MIN && bytes / WORD <= INT16_MAX;
}

/* After a step that succeeded: where is the caller's frame pointer? */
static bool learn_fp(struct probe *p, zg_unwind_cursor *cursor, uintptr_t cfa, struct zg_rule *rule)
{
    uintptr_t from = rule->base == ZG_RULE_LOADED ? p->fp : cfa;
    uint64_t value;

    p->stack_read = 0;
    p->fp_read = p->foreign = false;
    if (zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_FP, &value) < 0 || p->foreign)
        return false;
    rule->fp = ZG_RULE_FP_KEPT;
    if (p->stack_read == 0)
        return p->fp_read;
    rule->fp = (int16_t)((int64_t)(p->stack_read - from) / WORD);
    return fits((int64_t)(p->stack_read - from));
}

static bool learn_cfa(const struct probe *p, uintptr_t cfa, struct zg_rule *rule)
{
    uintptr_t loaded = cfa - (land + LAND_LOADED);
    int64_t up = (int64_t)(cfa - (p->fp_read ? p->fp : p->sp));

    rule->base = p->fp_read ? ZG_RULE_FROM_FP : ZG_RULE_FROM_SP;
    if (loaded < LAND_WORDS * LAND_STRIDE) {
        if (!p->fp_read || loaded % LAND_STRIDE != 0)
            return false;
        rule->base = ZG_RULE_LOADED;
        up = (int64_t)(land + LAND_FP + loaded / LAND_STRIDE * 8 - p->fp);
    }
    rule->cfa = (int16_t)(up / WORD);
    return fits(up);
}

static void learn_step(struct probe *p, zg_unwind_cursor *cursor, struct zg_rule *rule)
{
    int stepped = zg_unwind_lib.step(cursor);
    uint64_t cfa = 0;
    uint64_t ip = 0;

    if (stepped == 0 && p->stack_read == 0 && !p->foreign)
        rule->kind = ZG_RULE_END;
    if (stepped <= 0 || p->foreign || p->stack_read == 0)
        return;
    if (zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_SP, &cfa) < 0 ||
        zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_IP, &ip) < 0 || p->foreign || ip != MADE_UP)
        return;
    if (!learn_cfa(p, cfa, rule) || !fits((int64_t)(p->stack_read - cfa)))
        return;
    rule->ra = (int16_t)((int64_t)(p->stack_read - cfa) / WORD);
    if (learn_fp(p, cursor, cfa, rule))
        rule->kind = ZG_RULE_FRAME;
}

/* Where a value was loaded from; 0 unknown. */
static uintptr_t address_of(uintptr_t value)
{
    uintptr_t loaded = value - (land + LAND_LOADED);

    if (loaded < LAND_WORDS * LAND_STRIDE && loaded % LAND_STRIDE == 0)
        return land + LAND_FP + loaded / LAND_STRIDE * 8;
    return value - land < LAND_SIZE && value % 8 == 4 ? value - 4 : 0;
}

/* Undefined, or loaded from where nothing was filled in? */
static bool is_undefined(const struct probe *p, uintptr_t ip, uintptr_t cfa)
{
    return ip == 0 && cfa >= p->sp && cfa <= land + LAND_SP + LAND_TOLD;
}

/* By values alone; base: what to try. */
static void learn_values(struct probe *p, zg_unwind_cursor *cursor, struct zg_rule *rule)
{
    int stepped = zg_unwind_lib.step(cursor);
    uint64_t cfa = 0;
    uint64_t ip = 0;
    uint64_t fp = 0;
    uintptr_t ra_at, fp_at;

    (void)zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_SP, &cfa);
    (void)zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_IP, &ip);
    if (stepped == 0 && is_undefined(p, ip, cfa))
        rule->kind = ZG_RULE_END;
    ra_at = address_of(ip);
    if (stepped <= 0 || ra_at == 0 || zg_unwind_lib.get_reg(cursor, ZG_ARCH_UNWIND_FP, &fp) < 0)
        return;
    p->fp_read = rule->base != ZG_RULE_FROM_SP;
    if (!learn_cfa(p, cfa, rule) || !fits((int64_t)(ra_at - cfa)))
        return;
    fp_at = fp == p->fp ? 0 : address_of(fp);
    rule->ra = (int16_t)((int64_t)(ra_at - cfa) / WORD);
    rule->fp = ZG_RULE_FP_KEPT;
    if (fp_at != 0)
        rule->fp =
            (int16_t)((int64_t)(fp_at - (rule->base == ZG_RULE_LOADED ? p->fp : cfa)) / WORD);
    if (fp == p->fp || fp_at != 0)
        rule->kind = ZG_RULE_FRAME;
}

static struct zg_rule learn(uintptr_t ip, uintptr_t sp, uintptr_t fp, enum zg_rule_base base)
{
    struct probe p = {.job.read = read_made_up, .job.ip = ip, .ip = ip, .sp = sp, .fp = fp};
    struct zg_rule rule = {.kind = ZG_RULE_COMPLEX, .base = (uint8_t)base};
    zg_unwind_cursor cursor;

    for (size_t i = 0; i < ZG_ARCH_CONTEXT_REGS; i++)
        zg_arch_context_set(&ZG_ARCH_CONTEXT_REG(&p.context, i), land);
    zg_arch_context_set(&ZG_ARCH_CONTEXT_IP(&p.context), ip);
    zg_arch_context_set(&ZG_ARCH_CONTEXT_SP(&p.context), sp);
    zg_arch_context_set(&ZG_ARCH_CONTEXT_FP(&p.context), fp);
    if (!zg_unwind_enter(&p.job))
        return (struct zg_rule){.kind = ZG_RULE_UNKNOWN};
    if (zg_unwind_lib.init_local(&cursor, &p.context) >= 0)
        (is_unwatched ? learn_values : learn_step)(&p, &cursor, &rule);
    zg_unwind_leave(&p.job);
    return rule.kind == ZG_RULE_FRAME ? rule : (struct zg_rule){.kind = rule.kind};
}

/* BARE, or FRAME where there is a table. */
static enum zg_rule_kind look_for_table(uintptr_t ip)
{
    struct probe p = {.job.read = read_made_up, .job.ip = ip, .ip = ip};
    uint64_t info[ZG_UNWIND_PROC_INFO_WORDS];
    int ret;

    if (!zg_unwind_enter(&p.job))
        return ZG_RULE_UNKNOWN;
    ret = zg_unwind_lib.get_proc_info_by_ip(*zg_unwind_lib.space, ip - 1, info, NULL);
    zg_unwind_leave(&p.job);
    return ret >= 0 ? ZG_RULE_FRAME : ZG_RULE_BARE;
}

/* Twice, with registers at other distances: what agrees is linear in one register. */
static struct zg_rule learn_twice(uintptr_t ip, enum zg_rule_base base)
{
    struct zg_rule a = learn(ip, land + LAND_SP + 0x100, land + LAND_FP + 0x400, base);
    struct zg_rule b = learn(ip, land + LAND_SP + 0x230, land + LAND_FP + 0x558, base);

    if (a.kind == ZG_RULE_UNKNOWN || b.kind == ZG_RULE_UNKNOWN)
        return (struct zg_rule){.kind = ZG_RULE_UNKNOWN};
    return memcmp(&a, &b, sizeof(a)) == 0 ? a : (struct zg_rule){.kind = ZG_RULE_COMPLEX};
}

struct zg_rule zg_unwind_learn(uintptr_t ip)
{
    struct zg_rule rule = {.kind = ZG_RULE_COMPLEX};

    if (zg_unwind_missing() != NULL || land == 0 || is_deaf)
        return rule;
    rule.kind = (uint8_t)look_for_table(ip);
    if (rule.kind != ZG_RULE_FRAME)
        return rule;
    rule = learn_twice(ip, ZG_RULE_FROM_SP);
    if (is_unwatched && rule.kind == ZG_RULE_COMPLEX)
        rule = learn_twice(ip, ZG_RULE_FROM_FP);
    return rule;
}

static void fill(uintptr_t from)
{
    for (uintptr_t at = from; at < from + LAND_TOLD; at += 8)
        *(uintptr_t *)at = at + 4;
}

/* The caller of this function has one: its rule must be that of a frame. */
ZG_COLD void zg_unwind_learn_check(void)
{
    struct zg_rule rule = zg_unwind_learn(ZG_RETURN_ADDRESS());

    if (rule.kind == ZG_RULE_FRAME || rule.kind == ZG_RULE_UNKNOWN || land == 0)
        return;
    (void)zg_sys3(SYS_mprotect, land, LAND_SIZE, PROT_READ | PROT_WRITE);
    fill(land + LAND_SP);
    fill(land + LAND_FP + LAND_WORDS * 8);
    (void)zg_sys3(SYS_mprotect, land, LAND_SIZE, PROT_READ);
    is_unwatched = true;
    is_deaf = zg_unwind_learn(ZG_RETURN_ADDRESS()).kind != ZG_RULE_FRAME;
}

bool zg_unwind_is_unwatched(void)
{
    return is_unwatched;
}

bool zg_unwind_learn_init(void)
{
    uintptr_t *words;

    if (land != 0)
        return true;
    land = (uintptr_t)zg_sys_map(LAND_SIZE);
    if (land == 0)
        return false;
    words = (uintptr_t *)(land + LAND_FP);
    for (size_t i = 0; i < LAND_WORDS; i++)
        words[i] = land + LAND_LOADED + i * LAND_STRIDE;
    (void)zg_sys3(SYS_mprotect, land, LAND_SIZE, PROT_READ);
    return true;
}
