/* SPDX-License-Identifier: MPL-2.0 */
/* The pairs of places between which sockets went without an order that was seen. */
#include "track/suspicion.h"

#include "base/str.h"
#include "host/symbol.h"
#include "report/finding.h"
#include "track/describe.h"

static struct {
    struct zg_pair pairs[ZG_PAIRS];
    struct zg_pair others; /* what finds no place there */
    uint64_t times;        /* atomic: suspicions in all */
} table;

static struct zg_pair *find(zg_stack_id a, zg_stack_id b)
{
    uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    uint64_t at = key * 0x9E3779B97F4A7C15U >> 32;

    key = key != 0 ? key : UINT64_MAX; /* without stacks all places are one */
    for (uint32_t i = 0; i < ZG_PAIRS; i++) {
        struct zg_pair *p = &table.pairs[(at + i) % ZG_PAIRS];
        uint64_t found = __atomic_load_n(&p->key, __ATOMIC_RELAXED);

        if (found == key ||
            (found == 0 && (__atomic_compare_exchange_n(&p->key, &found, key, false,
                                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
                            found == key)))
            return p;
    }
    return &table.others;
}

struct zg_pair *zg_suspicion_pair(const struct zg_call *call, struct zg_socket *s,
                                  const struct zg_prior *prior)
{
    struct zg_pair_side given = {.stack = zg_use_stack(prior->use),
                                 .op = zg_use_op(prior->use),
                                 .thread = prior->owner,
                                 .slot = zg_epoch_slot(prior->epoch)};
    struct zg_pair *p;

    if (prior->calls == 0) {
        given.stack = s->created_at;
        given.op = ZG_OP_COUNT;
    }
    p = find(given.stack, call->stack);
    p->given = given;
    p->taken = (struct zg_pair_side){.stack = call->stack,
                                     .op = call->op,
                                     .thread = call->thread->actor.id,
                                     .slot = zg_epoch_slot(call->thread->actor.epoch)};
    s->pair = p;
    return p;
}

static void put_side(struct zg_finding *f, enum zg_role role, const struct zg_pair_side *side)
{
    struct zg_finding_event *e = zg_finding_event(f, role);

    e->op = side->op;
    e->thread = side->thread;
    e->stack = side->stack;
    zg_finding_thread(f, side->thread, side->slot);
}

void zg_suspicion_describe(struct zg_finding *f, const struct zg_pair *p)
{
    uint32_t times = __atomic_load_n(&p->times, __ATOMIC_RELAXED);

    if (times > 0)
        zg_finding_line(f,
                        "suspect for %u hand-over%s between the two places, which nothing seen "
                        "orders; by %s they may be in order",
                        times, times == 1 ? "" : "s", p->possible);
    put_side(f, ZG_ROLE_GIVEN, &p->given);
    put_side(f, ZG_ROLE_TAKEN, &p->taken);
}

static void report(struct zg_call *call, const struct zg_socket *s, const struct zg_prior *prior,
                   const char *possible)
{
    struct zg_finding *f =
        zg_finding_begin(ZG_KIND_UNPROVEN_HAND_OVER, call->stack, zg_use_stack(prior->use));
    char what[48];
    char self[32];
    char owner[32];

    if (f == NULL)
        return;
    zg_finding_sentence(
        f, "%s() on %s by %s, owned by %s", zg_op_name(call->op),
        zg_describe_object(what, sizeof(what), s),
        zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                           zg_epoch_slot(call->thread->actor.epoch)),
        zg_describe_thread(owner, sizeof(owner), prior->owner, zg_epoch_slot(prior->epoch)));
    zg_finding_line(f, "nothing seen orders the two calls; by %s they may be in order", possible);
    zg_describe_access(f, call);
    if (prior->calls > 0)
        zg_describe_use(f, ZG_ROLE_LAST_USE, prior, prior->owner);
    zg_describe_socket(f, s);
    zg_describe_end(f);
}

void zg_suspicion_raise(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior,
                        const char *possible)
{
    struct zg_pair *p = zg_suspicion_pair(call, s, prior);

    p->possible = possible;
    __atomic_add_fetch(&p->times, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&table.times, 1, __ATOMIC_RELAXED);
    report(call, s, prior, possible);
}

/* "zmq_send() in run (prog+0x1234)" */
static void put_place(struct zg_buf *out, const struct zg_pair_side *side)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    size_t count = zg_stack_frames(side->stack, frames, ZG_COUNT(frames));
    struct zg_object object;
    size_t i = 0;

    zg_buf_format(out, "%s()", side->op < ZG_OP_COUNT ? zg_op_name(side->op) : "zmq_socket");
    while (i < count && zg_stack_is_script(frames[i]))
        i++;
    if (i < count && zg_object_at(frames[i] - 1, &object))
        zg_buf_format(out, " at %s+0x%lx", zg_str_last_component(object.path),
                      frames[i] - 1 - object.base);
}

static void collect_pair(struct zg_summary *summary, const struct zg_pair *p)
{
    struct zg_buf line;

    summary->holds += p->holds;
    summary->proven += p->proven;
    if (p->times == 0)
        return;
    summary->pairs++;
    if (p->proven != 0)
        return;
    if (summary->unproven++ >= ZG_SUMMARY_UNPROVEN)
        return;
    line = zg_buf_on(summary->unproven_pairs[summary->unproven - 1],
                     sizeof(summary->unproven_pairs[0]));
    put_place(&line, &p->given);
    zg_buf_str(&line, ", then ");
    put_place(&line, &p->taken);
    zg_buf_format(&line, ": %u times, %u held", p->times, p->holds);
}

void zg_suspicion_collect(struct zg_summary *summary)
{
    summary->suspicions = __atomic_load_n(&table.times, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < ZG_PAIRS; i++)
        collect_pair(summary, &table.pairs[i]);
    collect_pair(summary, &table.others);
}
