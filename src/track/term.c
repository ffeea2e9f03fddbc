/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Contexts that do not end: a zmq_ctx_term() that waits, and objects still open at exit.
 *
 * zmq_ctx_term() waits in zmq::ctx_t::terminate() until the reaper is done: by poll(2) without a
 * time limit, on the mailbox's descriptor (src/ctx.cpp, src/signaler.cpp, 4.1 to HEAD; pinned by
 * test/prog/life_term_stall.c). The guard needs no thread of its own to notice a long wait: the
 * hook of poll() first waits with a limit, then without.
 */
#include "track/term.h"

#include <errno.h>

#include "base/str.h"
#include "host/contexts.h"
#include "host/handles.h"
#include "host/options.h"
#include "track/describe.h"

#define NAMED 5U /* sockets that a report describes, with two events each */

__thread struct zg_stall zg_stall __attribute__((tls_model("initial-exec")));

struct holders {
    const struct zg_context *context; /* NULL: any */
    struct zg_socket *open[NAMED];
    struct zg_socket *lingering[NAMED];
    uint32_t open_count;
    uint32_t lingering_count;
};

static void keep(struct zg_socket *list[NAMED], uint32_t *count, struct zg_socket *s)
{
    if (*count < NAMED)
        list[*count] = s;
    (*count)++;
}

/* A closed socket keeps its context from ending until its messages are sent or its linger is over.
 * PULL, SUB, GATHER and DISH have nothing to send. */
static bool may_linger(const struct zg_socket *s)
{
    static const int16_t receivers[] = {2, 7, 15, 16};

    for (size_t i = 0; i < ZG_COUNT(receivers); i++) {
        if (s->type == receivers[i])
            return false;
    }
    return s->linger != 0;
}

static bool collect(struct zg_socket *s, void *arg)
{
    struct holders *h = arg;
    const struct zg_context *c = s->context;
    enum zg_life life = (enum zg_life)__atomic_load_n(&s->life, __ATOMIC_ACQUIRE);

    if (s->what != ZG_WHAT_SOCKET || c == NULL || c->number != s->context_number ||
        (h->context != NULL && h->context != c))
        return true;
    if (life == ZG_LIFE_OPEN)
        keep(h->open, &h->open_count, s);
    else if (life == ZG_LIFE_CLOSED && may_linger(s))
        keep(h->lingering, &h->lingering_count, s);
    return true;
}

static size_t put_linger(char *out, size_t cap, const struct zg_socket *s)
{
    if (s->linger < 0)
        return zg_format(out, cap, "linger %d (for ever)", s->linger);
    return zg_format(out, cap, "linger %d ms", s->linger);
}

/* The owner's call on the socket: the one it is inside of now, or its last one. */
static void put_owner(struct zg_finding *f, const struct zg_socket *s)
{
    uint32_t inside = zg_owned_inside(&s->owned);
    struct zg_prior prior = {.owner = (uint32_t)s->owned.word,
                             .epoch = s->owned.epoch,
                             .use = s->owned.use,
                             .calls = zg_owned_uses(&s->owned),
                             .time = s->owned.time,
                             .timed = s->owned.timed};

    if (inside != 0)
        zg_describe_use(f, ZG_ROLE_INSIDE, &prior, inside);
    else if (prior.calls != 0)
        zg_describe_use(f, ZG_ROLE_LAST_USE, &prior, prior.owner);
    else
        return;
    f->events[f->event_count - 1].object = s->number;
}

static void put_open(struct zg_finding *f, const struct zg_socket *s)
{
    char linger[48];
    char owner[32];
    uint32_t inside = zg_owned_inside(&s->owned);

    zg_describe_made(f, ZG_ROLE_HOLDS, s);
    (void)put_linger(linger, sizeof(linger), s);
    (void)zg_format(f->events[f->event_count - 1].note, sizeof(f->events[0].note),
                    "%s, owned by %s, which is %s a call on it", linger,
                    zg_describe_thread(owner, sizeof(owner), (uint32_t)s->owned.word,
                                       zg_epoch_slot(s->owned.epoch)),
                    inside != 0 ? "inside of" : "not inside of");
    put_owner(f, s);
}

static void put_lingering(struct zg_finding *f, const struct zg_socket *s)
{
    struct zg_finding_event *e;
    char linger[48];

    zg_describe_made(f, ZG_ROLE_HOLDS, s);
    (void)put_linger(linger, sizeof(linger), s);
    (void)zg_format(f->events[f->event_count - 1].note, sizeof(f->events[0].note),
                    "closed, %s: messages may wait to be sent", linger);
    e = zg_finding_event(f, ZG_ROLE_CLOSED);
    e->op = ZG_OP_zmq_close;
    e->thread = s->closed_by;
    e->object = s->number;
    e->stack = s->closed_at;
    e->age_ns = zg_sys_now() - s->closed_time;
    zg_finding_thread(f, s->closed_by, zg_epoch_slot(s->closed_epoch));
}

static void put_holders(struct zg_finding *f, const struct holders *h)
{
    uint32_t count = h->open_count != 0 ? h->open_count : h->lingering_count;

    for (uint32_t i = 0; i < count && i < NAMED; i++) {
        if (h->open_count != 0)
            put_open(f, h->open[i]);
        else
            put_lingering(f, h->lingering[i]);
    }
    if (count > NAMED)
        zg_finding_line(f, "%u more are not listed", count - NAMED);
}

void zg_stall_report(void)
{
    struct zg_call *call = zg_stall.call;
    struct zg_context *c = zg_stall.context;
    struct holders h = {.context = c};
    struct zg_finding *f;
    char self[32];

    __atomic_store_n(&c->stall_told, true, __ATOMIC_RELAXED);
    zg_handles_each(collect, &h);
    f = zg_finding_begin(ZG_KIND_TERM_STALL, call->stack, c->created_at);
    if (f == NULL)
        return;
    zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                       zg_epoch_slot(call->thread->actor.epoch));
    if (h.open_count != 0)
        zg_finding_sentence(f, "%s() by %s has waited %u s for %u open socket%s of context C%u",
                            zg_op_name(call->op), self, zg_options.term_stall, h.open_count,
                            h.open_count == 1 ? "" : "s", c->number);
    else
        zg_finding_sentence(f,
                            "%s() by %s has waited %u s; all sockets of context C%u are closed, "
                            "but not every message is out",
                            zg_op_name(call->op), self, zg_options.term_stall, c->number);
    zg_describe_access(f, call);
    put_holders(f, &h);
    zg_describe_end(f);
}

/* Nanoseconds until the wait is reported. All waits of the context count together, since a signal
 * may interrupt zmq_ctx_term() any number of times. */
static uint64_t left_to_wait(const struct zg_context *c)
{
    uint64_t limit = zg_options.term_stall * 1000000000UL;
    uint64_t waited = __atomic_load_n(&c->waited, __ATOMIC_RELAXED);

    return waited < limit ? limit - waited : 0;
}

void zg_term_begin(struct zg_term *term, struct zg_call *call, struct zg_context *c)
{
    *term = (struct zg_term){.call = call};
    if (c == NULL || zg_call_who(call) == NULL)
        return;
    term->context = c;
    term->number = c->number;
    if (zg_options.term_stall == 0 || call->thread == NULL ||
        __atomic_load_n(&c->stall_told, __ATOMIC_RELAXED))
        return;
    term->start = zg_sys_now();
    zg_stall = (struct zg_stall){.call = call,
                                 .context = c,
                                 .frame = call->frame,
                                 .deadline = term->start + left_to_wait(c)};
}

void zg_term_leave(struct zg_term *term)
{
    struct zg_context *c = term->context;

    if (term->start != 0 && c->number == term->number)
        __atomic_fetch_add(&c->waited, zg_sys_now() - term->start, __ATOMIC_RELAXED);
    if (zg_stall.call == term->call)
        zg_stall.call = NULL;
}

void zg_term_end(struct zg_term *term, int rc)
{
    int saved = errno;

    if (rc == 0 && term->context != NULL)
        zg_contexts_ended(term->context, term->number, &zg_call_who(term->call)->actor,
                          term->call->stack);
    errno = saved;
}

struct open_contexts {
    uint32_t count;
    const struct zg_context *first;
};

static bool count_open_context(struct zg_context *c, void *arg)
{
    struct open_contexts *open = arg;

    if (__atomic_load_n(&c->state, __ATOMIC_ACQUIRE) == ZG_LIFE_OPEN && open->count++ == 0)
        open->first = c;
    return true;
}

void zg_term_at_exit(void)
{
    struct holders h = {.context = NULL};
    struct open_contexts open = {0};
    struct zg_finding *f;
    struct zg_finding_event *e;

    if (zg_options.severity[ZG_KIND_LEAKED_SOCKET] == ZG_SEVERITY_OFF)
        return;
    zg_handles_each(collect, &h);
    zg_contexts_each(count_open_context, &open);
    if (h.open_count == 0 && open.count == 0)
        return;
    f = zg_finding_begin(ZG_KIND_LEAKED_SOCKET,
                         h.open_count != 0 ? h.open[0]->created_at : open.first->created_at, 0);
    if (f == NULL)
        return;
    zg_finding_sentence(f, "%u socket%s and %u context%s open at exit", h.open_count,
                        h.open_count == 1 ? "" : "s", open.count, open.count == 1 ? "" : "s");
    h.lingering_count = 0;
    put_holders(f, &h);
    if (open.first != NULL && h.open_count == 0) {
        (void)zg_finding_object(f, "context", open.first->number);
        e = zg_finding_event(f, ZG_ROLE_HOLDS);
        e->op = ZG_OP_zmq_ctx_new;
        e->thread = open.first->creator;
        e->object = open.first->number;
        e->stack = open.first->created_at;
        zg_finding_thread(f, e->thread, zg_epoch_slot(open.first->creator_epoch));
    }
    zg_describe_end(f);
}
