/* SPDX-License-Identifier: MPL-2.0 */
/* The rules learnt so far, and walking by them. */
#include "host/rules.h"

#include <string.h>

#include "base/arch.h"
#include "base/lock.h"

#define RULES      4096 /* kept at most, a power of two; 64 KiB, touched as they are used */
#define PROBES     4
#define STEPS_MAX  (ZG_STACK_FRAMES + 16)
#define SEARCH_MAX 4096
#define IP_MIN     4096 /* no code below: the end of a stack, or a broken one */

/* A reader takes the rule for its own only when ip is there before and after reading it. */
static struct {
    struct zg_lock lock;
    uint32_t flushes; /* written under lock */
    uint32_t victim;  /* under lock */
    struct {
        uintptr_t ip;  /* atomic: written under lock */
        uint64_t rule; /* atomic: written under lock, while ip is 0 */
    } slots[RULES];
} known;

static size_t slot_of(uintptr_t ip)
{
    return (size_t)((uint64_t)ip * 0x9e3779b97f4a7c15U >> 52) & (RULES - 1);
}

static bool find(uintptr_t ip, struct zg_rule *rule)
{
    size_t at = slot_of(ip);

    for (size_t i = 0; i < PROBES; i++, at = (at + 1) & (RULES - 1)) {
        uint64_t word;

        if (__atomic_load_n(&known.slots[at].ip, __ATOMIC_ACQUIRE) != ip)
            continue;
        word = __atomic_load_n(&known.slots[at].rule, __ATOMIC_ACQUIRE); /* pairs with put() */
        memcpy(rule, &word, sizeof(*rule));
        return __atomic_load_n(&known.slots[at].ip, __ATOMIC_RELAXED) == ip;
    }
    return false;
}

/* Under the lock. */
static void put(uintptr_t ip, struct zg_rule rule)
{
    size_t at = slot_of(ip);
    size_t victim = (at + known.victim++ % PROBES) & (RULES - 1);
    uint64_t word;

    for (size_t i = 0; i < PROBES; i++, at = (at + 1) & (RULES - 1)) {
        if (known.slots[at].ip == 0 || known.slots[at].ip == ip) {
            victim = at;
            break;
        }
    }
    memcpy(&word, &rule, sizeof(word));
    __atomic_store_n(&known.slots[victim].ip, 0, __ATOMIC_RELAXED);
    /* Release: a reader that sees the new rule sees that ip was taken away. Pairs with find(). */
    __atomic_store_n(&known.slots[victim].rule, word, __ATOMIC_RELEASE);
    __atomic_store_n(&known.slots[victim].ip, ip, __ATOMIC_RELEASE);
}

struct zg_rule zg_rules_find(uintptr_t ip)
{
    struct zg_rule rule;
    uint32_t flushes;

    if (find(ip, &rule))
        return rule;
    flushes = __atomic_load_n(&known.flushes, __ATOMIC_ACQUIRE);
    rule = zg_unwind_learn(ip);
    if (rule.kind == ZG_RULE_UNKNOWN)
        return rule;
    zg_lock_acquire(&known.lock);
    if (known.flushes == flushes)
        put(ip, rule);
    zg_lock_release(&known.lock);
    return rule;
}

struct frame {
    uintptr_t ip, sp, fp;
    uintptr_t fp_at; /* where fp stands in memory */
};

static uintptr_t words_above(uintptr_t addr, int16_t words)
{
    return addr + (uintptr_t)((intptr_t)words * 8);
}

/* Where the frame ends; false when that cannot be read. */
static bool find_cfa(struct zg_walk *w, const struct frame *f, struct zg_rule rule, uintptr_t *cfa)
{
    if (rule.base == ZG_RULE_FROM_SP) {
        *cfa = words_above(f->sp, rule.cfa);
        return true;
    }
    zg_walk_note(w, f->fp_at, f->fp);
    *cfa = words_above(f->fp, rule.cfa);
    if (rule.base == ZG_RULE_LOADED) {
        uintptr_t at = *cfa;

        if (!zg_walk_read(w, at, cfa))
            return false;
        zg_walk_note(w, at, *cfa);
    }
    return true;
}

/* From a frame to its caller's. False at the end of what can be followed: a broken stack ends where
 * it is broken. */
static bool step(struct zg_walk *w, struct frame *f, struct zg_rule rule)
{
    uintptr_t cfa;
    uintptr_t ip;

    if (!find_cfa(w, f, rule, &cfa) || cfa <= f->sp || cfa % 8 != 0 ||
        !zg_walk_read(w, words_above(cfa, rule.ra), &ip))
        return false;
    zg_walk_note(w, words_above(cfa, rule.ra), ip);
    if (rule.fp != ZG_RULE_FP_KEPT) {
        f->fp_at = words_above(rule.base == ZG_RULE_LOADED ? f->fp : cfa, rule.fp);
        if (!zg_walk_read(w, f->fp_at, &f->fp))
            return false;
    }
    f->ip = zg_arch_plain_address(ip);
    f->sp = cfa;
    return f->ip >= IP_MIN;
}

/* May the walk end at a frame of this kind? Without an unwind table its caller can only be guessed,
 * and a guess cannot be verified later. A search is better off with libunwind's guess. */
static bool may_end(const struct zg_walk *w, uint8_t kind)
{
    return kind == ZG_RULE_END || kind == ZG_RULE_UNKNOWN || w->sure ||
           (kind == ZG_RULE_BARE && w->wanted == 0);
}

bool zg_rules_walk(struct zg_walk *w, const zg_arch_context *from)
{
    struct frame f = {
        .ip = (uintptr_t)ZG_ARCH_CONTEXT_IP(from),
        .sp = (uintptr_t)ZG_ARCH_CONTEXT_SP(from),
        .fp = (uintptr_t)ZG_ARCH_CONTEXT_FP(from),
    };
    uint32_t steps = w->wanted != 0 ? SEARCH_MAX : STEPS_MAX;

    for (; steps > 0 && !w->found; steps--) {
        struct frame inner = f;
        struct zg_rule rule;

        if (w->outer == 0 && f.sp > w->frame)
            w->outer = f.sp;
        if (w->outer != 0)
            w->ips[w->count++] = f.ip;
        if (w->count == w->depth)
            return true;
        rule = zg_rules_find(f.ip);
        w->refused = w->refused || rule.kind == ZG_RULE_UNKNOWN;
        if (rule.kind != ZG_RULE_FRAME)
            return may_end(w, rule.kind);
        if (!step(w, &f, rule))
            return true;
        if (w->sure && !w->exact) {
            w->exact = true; /* what was read up to this frame can be compared */
            return true;
        }
        if (w->wanted != 0)
            zg_walk_look(w, inner.ip, inner.fp, inner.sp, f.sp);
    }
    return true;
}

void zg_rules_flush(void)
{
    zg_lock_acquire(&known.lock);

    __atomic_store_n(&known.flushes, known.flushes + 1, __ATOMIC_RELEASE);
    for (size_t i = 0; i < RULES; i++)
        if (known.slots[i].ip != 0)
            __atomic_store_n(&known.slots[i].ip, 0, __ATOMIC_RELAXED);
    zg_lock_release(&known.lock);
}

void zg_rules_after_fork(void)
{
    zg_lock_reset(&known.lock);
}
