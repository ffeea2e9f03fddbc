/* SPDX-License-Identifier: MPL-2.0 */
/* Keeps the pairs of places between which sockets were handed over without a visible order, decides
 * which calls there are held open and for how long, and notes what came of it. */
#include "track/provoke.h"

#include <signal.h>

#include "base/str.h"
#include "host/objects.h"
#include "host/options.h"
#include "host/symbol.h"
#include "report/finding.h"

#define PAIRS 256 /* that have a record each; later ones share one more */

static struct {
    struct zg_pair pairs[PAIRS];
    struct zg_pair others; /* for all pairs beyond PAIRS */
    uint64_t times;        /* atomic: suspicions in all */
} table;

/* What an earlier run learnt about the two places, or the record itself. Whoever comes first looks,
 * and so does who comes before that is done: all find the same. */
static struct zg_pair *in_use(struct zg_pair *p, zg_stack_id a, zg_stack_id b)
{
    struct zg_pair *known = __atomic_load_n(&p->used, __ATOMIC_ACQUIRE);
    struct zg_pair *found;

    if (known != NULL)
        return known;
    found = zg_learnt_pair(a, b);
    found = found != NULL ? found : p;
    return __atomic_compare_exchange_n(&p->used, &known, found, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE)
               ? found
               : known;
}

static struct zg_pair *find(zg_stack_id a, zg_stack_id b)
{
    uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    uint64_t at = key * 0x9E3779B97F4A7C15U >> 32;

    key = key != 0 ? key : UINT64_MAX; /* both stacks unknown: 0 would mean a free record */
    for (uint32_t i = 0; i < PAIRS; i++) {
        struct zg_pair *p = &table.pairs[(at + i) % PAIRS];
        uint64_t found = __atomic_load_n(&p->key, __ATOMIC_RELAXED);

        if (found == 0)
            (void)__atomic_compare_exchange_n(&p->key, &found, key, false, __ATOMIC_RELAXED,
                                              __ATOMIC_RELAXED);
        if (found == 0 || found == key)
            return in_use(p, a, b);
    }
    return &table.others;
}

/* This call is a hand-over: finds its pair, which is the socket's from now on. */
static struct zg_pair *pair_of(const struct zg_call *call, struct zg_socket *s,
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

static void describe_pair(struct zg_finding *f, const struct zg_pair *p)
{
    uint32_t times = __atomic_load_n(&p->times, __ATOMIC_RELAXED);

    if (p->is_learnt && p->taken.thread == 0) {
        zg_finding_line(f, "an earlier run saw sockets go between this place and another without "
                           "an order that is seen (provoke_file=)");
        return;
    }
    if (times > 0)
        zg_finding_line(f,
                        "suspect for %u hand-over%s between the two places, which nothing seen "
                        "orders; by %s they may be in order",
                        times, times == 1 ? "" : "s", p->possible);
    put_side(f, ZG_ROLE_GIVEN, &p->given);
    put_side(f, ZG_ROLE_TAKEN, &p->taken);
}

void zg_provoke_suspect(const struct zg_call *call, struct zg_socket *s,
                        const struct zg_prior *prior, const char *possible)
{
    struct zg_pair *p = pair_of(call, s, prior);

    p->possible = possible;
    __atomic_add_fetch(&p->times, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&table.times, 1, __ATOMIC_RELAXED);
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

#define MS         ((uint64_t)1000000)
#define FREE_NS    (200 * MS) /* provoke=auto: total time that may be spent in holds of */
#define FREE_EACH  (20 * MS)
#define LATER_EACH (5 * MS)
#define SHORTEST   (MS / 10)  /* a shorter hold is not worth it */
#define YIELD_NS   (100 * MS) /* how long the thread that came waits for the held call */

static struct {
    uint64_t spent; /* atomic: nanoseconds of holding in the process */
    uint32_t seed;  /* atomic: as chosen; 0 not yet */
} provoke;

/* thread.held.state, a futex */
enum { NOT_HELD, HELD, MET };

static bool is_auto(void)
{
    return zg_options.provoke == ZG_OPTION_UNSET;
}

static uint32_t seed(void)
{
    uint32_t chosen = __atomic_load_n(&provoke.seed, __ATOMIC_RELAXED);
    uint32_t none = 0;

    if (chosen != 0)
        return chosen;
    chosen = zg_options.seed;
    if (chosen == 0)
        chosen = (uint32_t)((zg_sys_now() ^ (uint64_t)zg_sys_getpid() << 20) % 999999) + 1;
    if (!__atomic_compare_exchange_n(&provoke.seed, &none, chosen, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return none;
    return chosen;
}

/* splitmix64: the same seed gives the same choices, when the pairs come in the same order. */
static uint32_t draw(uint64_t n)
{
    uint64_t z = ((uint64_t)seed() << 32) + (n + 1) * 0x9E3779B97F4A7C15U;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return (uint32_t)((z ^ z >> 31) >> 32);
}

/* Is this call to be held? After each hold into which nobody came the chance is half of what it was
 * (auto), or four fifths. */
static bool is_chosen(struct zg_pair *p)
{
    uint32_t fruitless = __atomic_load_n(&p->fruitless, __ATOMIC_RELAXED);
    uint32_t choice = __atomic_fetch_add(&p->choices, 1, __ATOMIC_RELAXED);
    uint64_t chance = (uint64_t)1 << 32;

    for (uint32_t i = 0; i < fruitless && i < 32; i++)
        chance = is_auto() ? chance / 2 : chance * 4 / 5;
    return draw(p->key << 20 ^ choice) < chance;
}

/* How long this thread may hold now. */
static uint64_t allowance(struct zg_thread *t, uint64_t now)
{
    uint64_t spent = __atomic_load_n(&provoke.spent, __ATOMIC_RELAXED);

    if (t->held.first == 0)
        t->held.first = now;
    if (!is_auto())
        return t->held.spent * 10 <= now - t->held.first ? zg_options.provoke * MS : 0;
    if (spent < FREE_NS)
        return FREE_NS - spent < FREE_EACH ? FREE_NS - spent : FREE_EACH;
    return (t->held.spent_later + LATER_EACH) * 100 <= now - t->held.first ? LATER_EACH : 0;
}

/* The kernel's trampoline for the return from a handler (libc: sigaction; aarch64: the vDSO). */
static bool has_signal_frame(const uintptr_t *frames, size_t count)
{
    struct zg_object object;

    for (size_t i = 0; i < count; i++) {
        if (!zg_stack_is_script(frames[i]) && zg_object_at(frames[i], &object) &&
            (zg_arch_is_signal_return(frames[i]) || zg_arch_is_signal_return(frames[i] - 1)))
            return true;
    }
    return false;
}

/* For calls without a stack. A handler runs with some signal blocked, or on the alternate stack. */
static bool may_be_handler(void)
{
    uint64_t mask = 0;
    stack_t stack = {0};

    (void)zg_sys4(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask));
    (void)zg_sys2(SYS_sigaltstack, NULL, &stack);
    return mask != 0 || (stack.ss_flags & SS_ONSTACK) != 0;
}

static bool is_in_handler(const struct zg_call *call)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    size_t count = zg_stack_frames(call->stack, frames, ZG_COUNT(frames));

    return count > 1 ? has_signal_frame(frames, count) : may_be_handler();
}

/* Waits, and returns true when another thread came. */
static bool hold(const struct zg_call *call, struct zg_pair *p, uint64_t length)
{
    struct zg_thread *t = call->thread;
    uint64_t since = zg_sys_now();
    uint64_t now = since;
    uint32_t state;

    t->held.frame = call->frame;
    t->held.pair = p;
    t->held.since = since;
    __atomic_store_n(&t->held.state, HELD, __ATOMIC_RELEASE);
    while (now < since + length && __atomic_load_n(&t->held.state, __ATOMIC_ACQUIRE) == HELD) {
        (void)zg_sys_futex_wait(&t->held.state, HELD, since + length - now);
        now = zg_sys_now();
    }
    state = __atomic_exchange_n(&t->held.state, NOT_HELD, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&provoke.spent, now - since, __ATOMIC_RELAXED);
    t->held.spent += now - since;
    if (length <= LATER_EACH)
        t->held.spent_later += now - since;
    return state == MET;
}

void zg_provoke_slow(const struct zg_call *call, struct zg_socket *s, long timeout)
{
    struct zg_thread *t = call->thread;
    struct zg_pair *p = s->pair;
    uint64_t length;

    if (zg_options.provoke == 0 || (is_auto() && p->possible == NULL) || p->proven != 0 ||
        t->internal || t->actor.frame != call->frame || !is_chosen(p))
        return;
    length = allowance(t, zg_sys_now());
    if (timeout >= 0 && (uint64_t)timeout * MS / 10 < length)
        length = (uint64_t)timeout * MS / 10;
    if (length < SHORTEST || is_in_handler(call))
        return;
    __atomic_add_fetch(&p->holds, 1, __ATOMIC_RELAXED);
    if (!hold(call, p, length))
        __atomic_add_fetch(&p->fruitless, 1, __ATOMIC_RELAXED);
    zg_learnt_save(true);
}

void zg_provoke_ordered(const struct zg_call *call, struct zg_socket *s,
                        const struct zg_prior *prior)
{
    if (!is_auto() && zg_options.provoke != 0)
        (void)pair_of(call, s, prior);
}

/* Is the thread held in the call that is inside of the socket? Of what a poll has entered every
 * socket is held. */
static bool is_held(const struct zg_thread *t, const struct zg_socket *s)
{
    return t != NULL && __atomic_load_n(&t->held.state, __ATOMIC_ACQUIRE) != NOT_HELD &&
           t->held.frame == __atomic_load_n(&s->owned.frame, __ATOMIC_RELAXED);
}

void zg_provoke_describe(struct zg_finding *f, const struct zg_thread *holder,
                         const struct zg_socket *s)
{
    if (!is_held(holder, s))
        return;
    zg_finding_line(f,
                    "proven by provocation: the guard had held the call of T%u open for %lu ms "
                    "before it began, and nothing kept the other one away (seed=%u)",
                    holder->actor.id, (zg_sys_now() - holder->held.since) / MS, seed());
    describe_pair(f, holder->held.pair);
}

void zg_provoke_caught(const struct zg_thread *holder, const struct zg_socket *s)
{
    if (!is_held(holder, s))
        return;
    __atomic_add_fetch(&holder->held.pair->proven, 1, __ATOMIC_RELAXED);
    zg_learnt_save(false);
}

bool zg_provoke_met(struct zg_thread *holder, struct zg_socket *s)
{
    uint32_t held = HELD;
    uint64_t until;

    if (!is_held(holder, s) || !__atomic_compare_exchange_n(&holder->held.state, &held, MET, false,
                                                            __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return false;
    (void)zg_sys_futex_wake(&holder->held.state, 1);
    until = zg_sys_now() + YIELD_NS;
    while (zg_owned_inside(&s->owned) == holder->actor.id && zg_sys_now() < until)
        (void)zg_sys_futex_wait(&s->owned.in, holder->actor.id, MS / 10);
    return zg_owned_inside(&s->owned) != holder->actor.id;
}

void zg_provoke_each(void (*visit)(struct zg_pair *pair, void *arg), void *arg)
{
    for (uint32_t i = 0; i < PAIRS; i++) {
        if (__atomic_load_n(&table.pairs[i].key, __ATOMIC_RELAXED) != 0)
            visit(&table.pairs[i], arg);
    }
}

static void collect_one(struct zg_pair *p, void *summary)
{
    collect_pair(summary, p);
}

void zg_provoke_collect(struct zg_summary *summary)
{
    summary->suspicions = __atomic_load_n(&table.times, __ATOMIC_RELAXED);
    zg_provoke_each(collect_one, summary);
    zg_learnt_each(collect_one, summary);
    zg_learnt_collect(summary);
    collect_pair(summary, &table.others);
    summary->held_ns = __atomic_load_n(&provoke.spent, __ATOMIC_RELAXED);
    summary->seed = summary->holds > 0 ? seed() : zg_options.seed;
}
