/* SPDX-License-Identifier: MPL-2.0 */
/* Uses of objects whose life is over. */
#include "track/life.h"

#include <errno.h>

#include "base/str.h"
#include "host/contexts.h"
#include "host/guard.h"
#include "host/handles.h"
#include "track/describe.h"

static const enum zg_kind kinds[] = {
    [ZG_LIFE_USE_AFTER_CLOSE] = ZG_KIND_USE_AFTER_CLOSE,
    [ZG_LIFE_DOUBLE_CLOSE] = ZG_KIND_DOUBLE_CLOSE,
    [ZG_LIFE_USE_AFTER_FORK] = ZG_KIND_USE_AFTER_FORK,
    [ZG_LIFE_USE_AFTER_TERM] = ZG_KIND_USE_AFTER_TERM,
};

static enum zg_life_event event_of(const struct zg_call *call)
{
    switch (zg_ops[call->op].class) {
    case ZG_CLASS_CLOSE:
        return ZG_LIFE_CLOSE;
    case ZG_CLASS_SOFT:
        return ZG_LIFE_SOFT;
    default:
        return ZG_LIFE_USE;
    }
}

static const char *self_name(const struct zg_call *call, char *out, size_t cap)
{
    return zg_describe_thread(out, cap, call->thread->actor.id,
                              zg_epoch_slot(call->thread->actor.epoch));
}

void zg_life_describe_previous(struct zg_finding *f, const struct zg_socket *s)
{
    struct zg_socket previous;
    char who[32];

    if (!zg_handles_previous(s, &previous))
        return;
    zg_finding_line(
        f,
        "the handle was that of S%u before, which %s closed: this call or the close may "
        "be meant for that one",
        previous.number,
        zg_describe_thread(who, sizeof(who), previous.closed_by,
                           zg_epoch_slot(previous.closed_epoch)));
}

static void report_closed(struct zg_call *call, struct zg_socket *s, enum zg_kind kind)
{
    struct zg_finding *f = zg_finding_begin(kind, call->stack, s->closed_at);
    char what[48];
    char self[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on %s that was closed, by %s", zg_op_name(call->op),
                        zg_describe_object(what, sizeof(what), s),
                        self_name(call, self, sizeof(self)));
    zg_life_describe_previous(f, s);
    zg_describe_access(f, call);
    zg_describe_socket(f, s);
    zg_describe_end(f);
}

void zg_life_closed(struct zg_call *call, struct zg_socket *s, uintptr_t handle)
{
    /* The record may have gone to another object since it was found. */
    if (__atomic_load_n(&s->owned.handle, __ATOMIC_RELAXED) == handle &&
        __atomic_load_n(&s->life, __ATOMIC_ACQUIRE) == ZG_LIFE_CLOSED)
        report_closed(call, s, kinds[zg_life_finding(ZG_LIFE_CLOSED, event_of(call))]);
}

static void report_stale(struct zg_call *call, struct zg_socket *s,
                         const struct zg_socket *previous, enum zg_kind kind)
{
    struct zg_finding *f = zg_finding_begin(kind, call->stack, previous->closed_at);
    char what[48];
    char self[32];
    char owner[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on %s that was closed, by %s", zg_op_name(call->op),
                        zg_describe_object(what, sizeof(what), previous),
                        self_name(call, self, sizeof(self)));
    zg_finding_line(
        f,
        "its address was given to S%u, made by %s; nothing that this thread has learnt "
        "since can be the new handle, so it holds the old one",
        s->number,
        zg_describe_thread(owner, sizeof(owner), s->creator, zg_epoch_slot(s->creator_epoch)));
    zg_describe_access(f, call);
    zg_describe_socket(f, previous);
    zg_describe_made(f, ZG_ROLE_REBORN, s);
    zg_describe_end(f);
}

/* What a thread had to do with a closed object: it made or closed it, or its cache says that it
 * used it. */
static bool has_met(const struct zg_thread *t, const struct zg_socket *s,
                    const struct zg_socket *previous)
{
    return previous->creator == t->actor.id || previous->closed_by == t->actor.id ||
           (t->displaced == s->previous && t->displaced_handle == previous->owned.handle);
}

bool zg_life_stale(struct zg_call *call, struct zg_socket *s)
{
    enum zg_life_finding finding = zg_life_finding(ZG_LIFE_REBORN, event_of(call));
    struct zg_socket previous;

    if (zg_policy_now() == ZG_POLICY_OVERLAP || finding == ZG_LIFE_FINE ||
        !zg_handles_previous(s, &previous) ||
        !zg_life_is_stale(&call->thread->actor, s->creator_epoch,
                          has_met(call->thread, s, &previous)))
        return false;
    report_stale(call, s, &previous, kinds[finding]);
    return true;
}

static void describe_fork(struct zg_finding *f, const struct zg_call *call, uint32_t generation)
{
    const struct zg_fork_note *note = zg_fork_since(generation);
    struct zg_finding_event *e;
    uint64_t now = zg_sys_now();

    if (note == NULL)
        return;
    if (note->stack == 0) {
        zg_finding_line(f,
                        "process %d made this one by _Fork() or clone(), or before the guard "
                        "saw a context: no stack",
                        note->parent);
        return;
    }
    e = zg_finding_event(f, ZG_ROLE_FORK);
    e->thread = note->thread;
    e->stack = note->stack;
    e->age_ns = now > note->time ? now - note->time : 0;
    (void)zg_format(e->note, sizeof(e->note), "from process %d", note->parent);
    zg_finding_thread(f, note->thread, zg_epoch_slot(call->thread->actor.epoch));
}

static void report_forked(struct zg_call *call, struct zg_socket *s)
{
    struct zg_finding *f = zg_finding_begin(ZG_KIND_USE_AFTER_FORK, call->stack, s->created_at);
    char what[48];
    char self[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on %s that the parent process made, by %s", zg_op_name(call->op),
                        zg_describe_object(what, sizeof(what), s),
                        self_name(call, self, sizeof(self)));
    zg_describe_access(f, call);
    describe_fork(f, call, s->fork_generation);
    zg_describe_socket(f, s);
    zg_describe_end(f);
}

void zg_life_forked(struct zg_call *call, struct zg_socket *s)
{
    enum zg_life_event event = event_of(call);

    if (zg_life_finding(ZG_LIFE_FORKED, event) != ZG_LIFE_FINE)
        report_forked(call, s);
    if (event == ZG_LIFE_CLOSE) {
        zg_handles_closing(s, &call->thread->actor, call->stack);
        zg_handles_bury(s);
    }
}

void zg_life_soft(struct zg_call *call, struct zg_socket *s, uintptr_t handle)
{
    int saved = errno;
    enum zg_life life =
        s != NULL ? (enum zg_life)__atomic_load_n(&s->life, __ATOMIC_ACQUIRE) : ZG_LIFE_NONE;

    if (call->thread != NULL && life == ZG_LIFE_CLOSED)
        zg_life_closed(call, s, handle);
    else if (call->thread != NULL && life == ZG_LIFE_FORKED)
        zg_life_forked(call, s);
    errno = saved;
}

static void put_context(struct zg_finding *f, const struct zg_context *c)
{
    struct zg_finding_object *o = zg_finding_object(f, "context", c->number);
    struct zg_finding_event *e = zg_finding_event(f, ZG_ROLE_CREATED);

    o->creator = c->creator;
    e->op = ZG_OP_zmq_ctx_new;
    e->thread = c->creator;
    e->object = c->number;
    e->stack = c->created_at;
    zg_finding_thread(f, c->creator, zg_epoch_slot(c->creator_epoch));
    if (c->ended_by == 0)
        return;
    e = zg_finding_event(f, ZG_ROLE_TERM);
    e->op = ZG_OP_zmq_ctx_term;
    e->thread = c->ended_by;
    e->object = c->number;
    e->stack = c->ended_at;
    e->age_ns = zg_sys_now() - c->ended_time;
    zg_finding_thread(f, c->ended_by, zg_epoch_slot(c->ended_epoch));
}

static void report_context(struct zg_call *call, const struct zg_context *c, enum zg_kind kind)
{
    bool forked = kind == ZG_KIND_USE_AFTER_FORK;
    struct zg_finding *f =
        zg_finding_begin(kind, call->stack, forked ? c->created_at : c->ended_at);
    char self[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on a context that %s, by %s", zg_op_name(call->op),
                        forked ? "the parent process made" : "was terminated",
                        self_name(call, self, sizeof(self)));
    if (forked && __atomic_load_n(&c->stops, __ATOMIC_RELAXED) > 1)
        zg_finding_line(f, "the call before has failed with EINTR, as all of them will in a child: "
                           "a loop until it does not is one for ever");
    zg_describe_access(f, call);
    if (forked)
        describe_fork(f, call, c->fork_generation);
    put_context(f, c);
    zg_describe_end(f);
}

static enum zg_life_ctx_event ctx_event_of(const struct zg_call *call, struct zg_context *c)
{
    if (call->op == ZG_OP_zmq_ctx_shutdown)
        return ZG_LIFE_CTX_STOP;
    if (call->op != ZG_OP_zmq_ctx_term && call->op != ZG_OP_zmq_term &&
        call->op != ZG_OP_zmq_ctx_destroy)
        return ZG_LIFE_CTX_USE;
    return __atomic_fetch_add(&c->stops, 1, __ATOMIC_RELAXED) == 0 ? ZG_LIFE_CTX_STOP
                                                                   : ZG_LIFE_CTX_STOP_AGAIN;
}

void zg_life_context(struct zg_call *call, struct zg_context *c)
{
    int saved = errno;
    enum zg_life_finding finding;

    if (c == NULL)
        return;
    finding = zg_life_ctx_finding((enum zg_life)__atomic_load_n(&c->state, __ATOMIC_ACQUIRE),
                                  ctx_event_of(call, c));
    if (finding != ZG_LIFE_FINE)
        report_context(call, c, kinds[finding]);
    errno = saved;
}

void zg_life_before_fork(void)
{
    struct zg_thread *t = zg_thread_self_or_null;
    int saved = errno;

    zg_fork_look();
    if (t != NULL && zg_contexts_any())
        zg_fork_prepare(ZG_THREAD_STACK(t), t->actor.id);
    errno = saved;
    zg_fork_gate_close();
}

void zg_life_after_fork(void)
{
    zg_fork_gate_open();
    zg_fork_done();
}
