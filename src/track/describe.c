/* SPDX-License-Identifier: MPL-2.0 */
/* Facts of findings from the records of threads and objects, and fixes that fit them. */
#include "track/describe.h"

#include "base/str.h"
#include "host/lib.h"
#include "host/python.h"
#include "model/endpoint.h"
#include "model/sync.h"
#include "model/sync_text.h"

const char *zg_describe_thread(char *out, size_t cap, uint32_t id, uint32_t slot)
{
    const struct zg_thread *t = zg_thread_by_id(id, slot);

    if (t != NULL && t->is_main)
        (void)zg_str_copy(out, cap, "the main thread");
    else
        (void)zg_format(out, cap, "thread T%u", id);
    return out;
}

const char *zg_describe_object(char *out, size_t cap, const struct zg_socket *s)
{
    static const char *const whats[] = {"socket", "timer set", "poller"};

    if (s->what == ZG_WHAT_SOCKET)
        (void)zg_format(out, cap, "a %s socket", zg_socket_type_name(s->type));
    else
        (void)zg_format(out, cap, "a %s", whats[s->what]);
    return out;
}

void zg_describe_access(struct zg_finding *f, const struct zg_call *call)
{
    struct zg_finding_event *e = zg_finding_event(f, ZG_ROLE_ACCESS);

    e->op = call->op;
    e->thread = call->thread->actor.id;
    e->stack = call->stack;
    e->age_ns = 0;
    f->call_op = call->op;
    zg_thread_refresh_name(call->thread);
    zg_finding_thread(f, e->thread, zg_epoch_slot(call->thread->actor.epoch));
}

void zg_describe_use(struct zg_finding *f, enum zg_role role, const struct zg_prior *prior,
                     uint32_t actor)
{
    struct zg_finding_event *e = zg_finding_event(f, role);
    uint64_t now = zg_sys_now();

    e->op = zg_use_op(prior->use);
    e->thread = actor;
    e->stack = zg_use_stack(prior->use);
    e->call = prior->calls;
    if (prior->time != 0 && now > prior->time) {
        e->age_ns = now - prior->time;
        /* The timed use is an earlier one, so this one is younger than that. */
        e->age_at_least = prior->timed != prior->calls;
    }
    zg_finding_thread(f, actor, zg_epoch_slot(prior->epoch));
}

static void put_object(struct zg_finding *f, const struct zg_socket *s)
{
    static const char *const whats[] = {"socket", "timers", "poller"};
    struct zg_finding_object *o = zg_finding_object(f, whats[s->what], s->number);
    struct zg_buf endpoints;

    if (s->what == ZG_WHAT_SOCKET)
        (void)zg_str_copy(o->type, sizeof(o->type), zg_socket_type_name(s->type));
    endpoints = zg_buf_on(o->endpoints, sizeof(o->endpoints));
    zg_endpoints_describe(&s->endpoints, &endpoints);
    o->creator = s->creator;
}

static const struct {
    uint32_t make, end;
} makers[] = {
    [ZG_WHAT_SOCKET] = {ZG_OP_zmq_socket, ZG_OP_zmq_close},
    [ZG_WHAT_TIMERS] = {ZG_OP_zmq_timers_new, ZG_OP_zmq_timers_destroy},
    [ZG_WHAT_POLLER] = {ZG_OP_zmq_poller_new, ZG_OP_zmq_poller_destroy},
};

void zg_describe_made(struct zg_finding *f, enum zg_role role, const struct zg_socket *s)
{
    struct zg_finding_event *e;

    put_object(f, s);
    e = zg_finding_event(f, role);
    e->op = makers[s->what].make;
    e->thread = s->creator;
    e->object = s->number;
    e->stack = s->created_at;
    zg_finding_thread(f, s->creator, zg_epoch_slot(s->creator_epoch));
}

void zg_describe_socket(struct zg_finding *f, const struct zg_socket *s)
{
    struct zg_finding_event *e;

    zg_describe_made(f, ZG_ROLE_CREATED, s);
    if (s->closed_by == 0)
        return;
    e = zg_finding_event(f, ZG_ROLE_CLOSED);
    e->op = makers[s->what].end;
    e->thread = s->closed_by;
    e->object = s->number;
    e->stack = s->closed_at;
    e->age_ns = zg_sys_now() - s->closed_time;
    zg_finding_thread(f, s->closed_by, zg_epoch_slot(s->closed_epoch));
}

static void put_note(struct zg_finding *f, const char *who, const char *did,
                     const struct zg_sync_note *note)
{
    ZG_BUF(what, 128);

    zg_sync_describe(&what, note, zg_sys_now());
    zg_finding_line(f, "%s last %s: %s", who, did, what.text);
}

void zg_describe_order(struct zg_finding *f, uint32_t owner, uint32_t owner_slot,
                       const struct zg_thread *t)
{
    const struct zg_thread *o = zg_thread_by_id(owner, owner_slot);
    char name[32];

    (void)zg_describe_thread(name, sizeof(name), owner, owner_slot);
    if (o != NULL) {
        put_note(f, name, "released", &o->actor.released);
        put_note(f, name, "acquired", &o->actor.acquired);
    }
    (void)zg_describe_thread(name, sizeof(name), t->actor.id, zg_epoch_slot(t->actor.epoch));
    put_note(f, name, "released", &t->actor.released);
    put_note(f, name, "acquired", &t->actor.acquired);
}

static bool is_close(uint32_t op)
{
    return op < ZG_OP_COUNT && zg_ops[op].class == ZG_CLASS_CLOSE;
}

/* May be inside for as long as nobody sends: a lock around it would be held that long. */
static bool waits(uint32_t op)
{
    switch (op) {
    case ZG_OP_zmq_recv:
    case ZG_OP_zmq_msg_recv:
    case ZG_OP_zmq_recvmsg:
    case ZG_OP_zmq_recviov:
    case ZG_OP_zmq_poll:
    case ZG_OP_zmq_ppoll:
    case ZG_OP_zmq_proxy:
    case ZG_OP_zmq_proxy_steerable:
    case ZG_OP_zmq_device:
    case ZG_OP_zmq_poller_wait:
    case ZG_OP_zmq_poller_wait_all:
        return true;
    default:
        return false;
    }
}

void zg_describe_fix(struct zg_finding *f, uint32_t op, uint32_t other, bool strict)
{
    bool python = zg_python_state() != 0;

    if (is_close(op) || is_close(other))
        zg_finding_fix(f,
                       "let the thread that uses it close it: wake it by a message or %s, and "
                       "join it; a lock would wait for the other call",
                       python ? "Context.term() in another thread" : "zmq_ctx_shutdown()");
    else if (waits(op) || waits(other))
        zg_finding_fix(f, "one socket per thread; reach a thread that waits by a message to a "
                          "socket of its own (inproc), since a lock would be held while it waits");
    else if (strict)
        zg_finding_fix(f, "one socket per thread, made in the thread that uses it; policy=fence "
                          "allows hand-overs that are in order");
    else if (python)
        zg_finding_fix(f, "one socket per thread, made in that thread; give data to the thread "
                          "that owns the socket by a queue.Queue or an inproc socket");
}

void zg_describe_threads(struct zg_finding *f)
{
    if (zg_stack_missing() != NULL)
        zg_finding_line(f, "no stacks, only callers: %s", zg_stack_missing());
    for (uint32_t i = 0; i < f->thread_count && f->event_count < ZG_FINDING_EVENTS; i++) {
        const struct zg_finding_thread *t = &f->threads[i];
        struct zg_finding_event *e;

        if (t->created_at == 0)
            continue;
        e = zg_finding_event(f, ZG_ROLE_THREAD_CREATED);
        e->thread = t->id;
        e->stack = t->created_at;
    }
}

void zg_describe_end(struct zg_finding *f)
{
    zg_describe_threads(f);
    zg_finding_end(f);
}
