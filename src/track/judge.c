/* SPDX-License-Identifier: MPL-2.0 */
/* What a use by another thread than the owner means under the policy, and its report. */
#include "track/judge.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/guard.h"
#include "host/opaque.h"
#include "host/outside.h"
#include "host/refcount.h"
#include "model/inproc.h"
#include "model/sync.h"
#include "model/sync_text.h"
#include "model/users.h"
#include "report/counters.h"
#include "track/describe.h"
#include "track/life.h"
#include "track/locks.h"
#include "track/promise.h"
#include "track/provoke.h"

#define NOTE_SPIN_NS   20000UL      /* longer, and it has left and begins another call */
#define NOTE_MOMENT_NS 1000000UL    /* for the one that is inside to get on */
#define NOTE_WAIT_NS   1000000000UL /* at most: it may have lost the processor */

#define LEAVES 8 /* of an object, for the reports of one call */

static void sentence(struct zg_finding *f, const struct zg_call *call, const struct zg_socket *s,
                     const struct zg_prior *prior)
{
    char what[48];
    char self[32];
    char owner[32];

    zg_finding_sentence(
        f, "%s() on %s by %s, owned by %s", zg_op_name(call->op),
        zg_describe_object(what, sizeof(what), s),
        zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                           zg_epoch_slot(call->thread->actor.epoch)),
        zg_describe_thread(owner, sizeof(owner), prior->owner, zg_epoch_slot(prior->epoch)));
}

static void age_line(struct zg_finding *f, const struct zg_prior *prior, const char *order)
{
    uint64_t now = zg_sys_now();
    uint64_t us = prior->time != 0 && now > prior->time ? (now - prior->time) / 1000 : 0;

    if (prior->calls == 0)
        zg_finding_line(f, "the first use since it was created; %s", order);
    else if (us >= 10000)
        zg_finding_line(f, "%s%lu ms after the owner's last call; %s",
                        prior->timed != prior->calls ? "at most " : "", us / 1000, order);
    else
        zg_finding_line(f, "%s%lu us after the owner's last call; %s",
                        prior->timed != prior->calls ? "at most " : "", us, order);
}

static void last_use(struct zg_finding *f, const struct zg_prior *prior)
{
    if (prior->calls > 0) {
        zg_describe_use(f, ZG_ROLE_LAST_USE, prior, prior->owner);
        return;
    }
    zg_finding_thread(f, prior->owner, zg_epoch_slot(prior->epoch));
}

/* What made a hand-over orderly that strict does not allow. */
static void ordered_by(struct zg_finding *f, const struct zg_call *call,
                       const struct zg_prior *prior)
{
    struct zg_acquire acquire;
    ZG_BUF(what, 128);

    if (!zg_actor_acquire_of(&call->thread->actor, prior->epoch, &acquire))
        return;
    zg_sync_describe(&what, &acquire.note, zg_sys_now());
    zg_finding_line(f, "ordered by what this thread acquired: %s", what.text);
}

struct report_of {
    struct zg_call *call;
    struct zg_socket *socket;
};

/* The call has not begun for libzmq: who comes while its report is written does not meet it. */
static void leave_object(void *arg)
{
    struct report_of *of = arg;

    zg_owned_leave_object(&of->socket->owned, &of->call->thread->actor);
    of->call->left++;
}

/* Ends the finding about a call that has entered the object. Not without end: two calls that meet
 * nobody but each other are reported in turns. */
static void end_outside(struct zg_finding *f, struct zg_call *call, struct zg_socket *s)
{
    struct report_of of = {.call = call, .socket = s};

    zg_describe_threads(f);
    zg_finding_end_outside(f, call->left < LEAVES ? leave_object : NULL, &of);
}

static void report_cross_thread(struct zg_call *call, struct zg_socket *s,
                                const struct zg_prior *prior, bool ordered)
{
    struct zg_finding *f =
        zg_finding_begin(ZG_KIND_CROSS_THREAD_USE, call->stack, zg_use_stack(prior->use));

    if (f == NULL)
        return;
    sentence(f, call, s, prior);
    zg_describe_access(f, call);
    last_use(f, prior);
    zg_locks_describe(f);
    if (!ordered) {
        age_line(f, prior, "nothing orders the two calls");
        zg_describe_order(f, prior->owner, zg_epoch_slot(prior->epoch), call->thread);
    } else {
        age_line(f, prior, "the two calls are in order, but policy=strict wants one thread");
        ordered_by(f, call, prior);
    }
    if (ordered)
        f->rule = "one thread for the life of a socket (zmq_socket(3) since 4.3.3, policy=strict)";
    zg_describe_fix(f, call->op, prior->calls > 0 ? zg_use_op(prior->use) : ZG_OP_COUNT, ordered);
    zg_describe_socket(f, s);
    end_outside(f, call, s);
}

static void report_suspicion(struct zg_call *call, struct zg_socket *s,
                             const struct zg_prior *prior, const char *possible)
{
    struct zg_finding *f =
        zg_finding_begin(ZG_KIND_UNPROVEN_HAND_OVER, call->stack, zg_use_stack(prior->use));

    if (f == NULL)
        return;
    sentence(f, call, s, prior);
    zg_finding_line(f, "nothing seen orders the two calls; by %s they may be in order", possible);
    zg_describe_access(f, call);
    if (prior->calls > 0)
        zg_describe_use(f, ZG_ROLE_LAST_USE, prior, prior->owner);
    zg_describe_socket(f, s);
    end_outside(f, call, s);
}

static bool is_note_of(const struct zg_prior *prior, const struct zg_thread *t)
{
    return prior->use != 0 && zg_epoch_slot(prior->epoch) == zg_epoch_slot(t->actor.epoch);
}

/*
 * Who is inside says so before it says what it does there, and may lose the processor in between.
 * Looks again until the last use is that thread's own; a use of its own from before cannot be told
 * from this one, so each is given some microseconds to change, and no more: it may leave. When the
 * thread does not come to it, or has left and a third one come, what was seen first; and where that
 * is another's, no call at all.
 */
static void await_note(const struct zg_socket *s, struct zg_prior *prior)
{
    const struct zg_thread *other = zg_thread_by_id(prior->inside, zg_epoch_slot(prior->epoch));
    struct zg_prior settled = *prior;
    uint64_t begin = zg_sys_now();

    do
        zg_arch_pause();
    while (zg_sys_now() - begin < NOTE_SPIN_NS);
    zg_owned_look(&s->owned, &settled);
    while (other != NULL && !is_note_of(&settled, other) && !is_note_of(prior, other) &&
           zg_sys_now() - begin < NOTE_WAIT_NS) {
        static uint32_t nobody; /* wakes */

        (void)zg_sys_futex_wait(&nobody, 0, NOTE_MOMENT_NS);
        zg_owned_look(&s->owned, &settled);
    }
    if (other == NULL || is_note_of(&settled, other))
        *prior = settled;
    else if (!is_note_of(prior, other))
        prior->use = zg_use_make(ZG_OP_COUNT, 0);
}

static void report_concurrent(struct zg_call *call, struct zg_socket *s,
                              const struct zg_prior *prior)
{
    struct zg_finding *f =
        zg_finding_begin(ZG_KIND_CONCURRENT_USE, call->stack, zg_use_stack(prior->use));
    struct zg_prior seen = *prior;
    char what[48];
    char self[32];
    char other[32];

    if (f == NULL)
        return;
    await_note(s, &seen);
    prior = &seen;
    zg_finding_sentence(
        f, "%s() on %s by %s while %s is inside of %s()", zg_op_name(call->op),
        zg_describe_object(what, sizeof(what), s),
        zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                           zg_epoch_slot(call->thread->actor.epoch)),
        zg_describe_thread(other, sizeof(other), prior->inside, zg_epoch_slot(prior->epoch)),
        zg_op_name(zg_use_op(prior->use)));
    zg_describe_fix(f, call->op, zg_use_op(prior->use), zg_policy_now() == ZG_POLICY_STRICT);
    zg_describe_access(f, call);
    zg_describe_use(f, ZG_ROLE_INSIDE, prior, prior->inside);
    zg_locks_describe(f);
    zg_provoke_describe(f, zg_thread_by_id(prior->inside, zg_epoch_slot(prior->epoch)), s);
    zg_describe_socket(f, s);
    zg_describe_end(f);
}

static void report_reentrant(struct zg_call *call, struct zg_socket *s,
                             const struct zg_prior *prior)
{
    struct zg_finding *f =
        zg_finding_begin(ZG_KIND_REENTRANT_USE, call->stack, zg_use_stack(prior->use));
    char what[48];
    char self[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on %s by %s, which is inside of %s() on it already",
                        zg_op_name(call->op), zg_describe_object(what, sizeof(what), s),
                        zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                                           zg_epoch_slot(call->thread->actor.epoch)),
                        zg_op_name(zg_use_op(prior->use)));
    zg_describe_access(f, call);
    zg_describe_use(f, ZG_ROLE_INSIDE, prior, prior->inside);
    zg_describe_socket(f, s);
    zg_describe_end(f);
}

/* The object went from its owner to this thread, in order. */
static void adopted(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior)
{
    const struct zg_thread *owner = zg_thread_by_id(prior->owner, zg_epoch_slot(prior->epoch));
    bool joined =
        owner == NULL || __atomic_load_n(&owner->state, __ATOMIC_ACQUIRE) == ZG_THREAD_JOINED;
    bool is_close = zg_ops[call->op].class == ZG_CLASS_CLOSE;

    zg_count(ZG_COUNT_HANDOVERS);
    zg_provoke_ordered(call, s, prior);
    if (zg_strict_allows(prior, is_close, joined))
        return;
    zg_count(ZG_COUNT_STRICT_WOULD);
    if (zg_policy_now() == ZG_POLICY_STRICT)
        report_cross_thread(call, s, prior, true);
}

/* A timer's handler may change the timers of the set that calls it: libzmq is made for that (the
 * list of cancelled ones in timers_t::execute()). It may not destroy the set. */
static bool is_handler(const struct zg_call *call, const struct zg_prior *prior)
{
    return zg_use_op(prior->use) == ZG_OP_zmq_timers_execute &&
           call->op != ZG_OP_zmq_timers_destroy;
}

/* A nested entry is a breach when the outer call is still on the stack; after a longjmp out of it
 * the object is simply free. */
static bool nested(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior)
{
    if (zg_stack_has_frame(prior->frame, call->frame)) {
        if (!is_handler(call, prior))
            report_reentrant(call, s, prior);
        return false;
    }
    zg_owned_abandon(&s->owned, &call->thread->actor);
    return true;
}

/*
 * A socket that free functions use in libzmq's threads is closed when the last of them has run,
 * which only libzmq knows: pyzmq's collector closes its own so, at exit. Only an overlap is a
 * breach then. Whatever else follows a use in such a thread is judged like any other use.
 */
static bool ends_free_functions(const struct zg_call *call, const struct zg_prior *prior)
{
    const struct zg_thread *owner = zg_thread_by_id(prior->owner, zg_epoch_slot(prior->epoch));

    return owner != NULL && owner->internal && zg_ops[call->op].class == ZG_CLASS_CLOSE;
}

/* What can have ordered the two uses that no hook sees: its name, or NULL. */
static const char *possible_order(const struct zg_call *call, const struct zg_prior *prior)
{
    const char *taken = zg_outside_since(call->thread, prior->coarse);

    if (taken == NULL)
        taken = zg_opaque_found();
    if (taken == NULL && zg_ops[call->op].class == ZG_CLASS_CLOSE && zg_refcount_is_in(call->stack))
        taken = "a count of references";
    return taken;
}

/* Two threads are inside. Who came into a held call goes on when that is over, in order. */
static bool overlap(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior)
{
    struct zg_prior now = *prior;

    zg_provoke_caught(zg_thread_by_id(prior->inside, zg_epoch_slot(prior->epoch)), s);
    report_concurrent(call, s, prior);
    zg_owned_look(&s->owned, &now);
    return zg_provoke_met(zg_thread_by_id(prior->inside, zg_epoch_slot(now.epoch)), s);
}

static void unordered(struct zg_call *call, struct zg_socket *s, const struct zg_prior *prior)
{
    enum zg_policy policy = zg_policy_now();
    const char *possible = NULL;

    if (policy == ZG_POLICY_OVERLAP || zg_inproc_is_incomplete() ||
        __atomic_load_n(&zg_sync_incomplete, __ATOMIC_RELAXED))
        return;
    if (zg_inproc_has_sent(&call->thread->actor, s, prior) || ends_free_functions(call, prior) ||
        zg_promise_orders(call, prior))
        adopted(call, s, prior);
    else if (policy == ZG_POLICY_AUTO && (possible = possible_order(call, prior)) != NULL) {
        zg_provoke_suspect(call, s, prior, possible);
        report_suspicion(call, s, prior, possible);
    } else if (!zg_life_stale(call, s))
        report_cross_thread(call, s, prior, false);
}

/* The use before this one. Who is inside may not have noted its own yet: then no call at all. */
static uint64_t use_before(const struct zg_socket *s, enum zg_entry entry,
                           const struct zg_prior *prior)
{
    if (entry == ZG_ENTRY_OVERLAP &&
        zg_thread_by_id(prior->inside, zg_epoch_slot(prior->epoch)) == NULL)
        return zg_use_make(ZG_OP_COUNT, 0);
    return prior->calls > 0 ? prior->use : zg_use_make(ZG_OP_zmq_socket, s->created_at);
}

/* At a hand-over, before it is judged: remembers who came to the object, for zg_crash_report(). */
static void note_user(const struct zg_call *call, struct zg_socket *s, enum zg_entry entry,
                      const struct zg_prior *prior)
{
    const struct zg_actor *a = &call->thread->actor;
    struct zg_acquire acquire;
    struct zg_user user = {
        .use = zg_use_make(call->op, call->stack),
        .before = use_before(s, entry, prior),
        .time = zg_sys_coarse(),
        .actor = a->id,
        .before_actor = entry == ZG_ENTRY_OVERLAP ? prior->inside : prior->owner,
        .slot = (uint16_t)zg_epoch_slot(a->epoch),
        .before_slot = (uint16_t)zg_epoch_slot(prior->epoch),
        .coming = entry == ZG_ENTRY_OVERLAP     ? ZG_CAME_OVERLAP
                  : entry == ZG_ENTRY_UNORDERED ? ZG_CAME_UNORDERED
                                                : ZG_CAME_ORDERED,
    };

    if (entry == ZG_ENTRY_ADOPTED && zg_actor_acquire_of(a, prior->epoch, &acquire))
        user.order = __atomic_load_n(&acquire.note.what, __ATOMIC_RELAXED);
    zg_users_add(&s->users, s->number, &user);
}

bool zg_judge(struct zg_call *call, struct zg_socket *s, uintptr_t handle, enum zg_entry entry,
              const struct zg_prior *prior)
{
    uint8_t left = call->left;

    if (entry == ZG_ENTRY_ADOPTED || entry == ZG_ENTRY_UNORDERED || entry == ZG_ENTRY_OVERLAP)
        note_user(call, s, entry, prior);
    switch (entry) {
    case ZG_ENTRY_ADOPTED:
        adopted(call, s, prior);
        return call->left != left;
    case ZG_ENTRY_UNORDERED:
        unordered(call, s, prior);
        return call->left != left;
    case ZG_ENTRY_OVERLAP:
        return overlap(call, s, prior);
    case ZG_ENTRY_NESTED:
        return nested(call, s, prior);
    case ZG_ENTRY_CLOSED:
        zg_life_closed(call, s, handle);
        return false;
    case ZG_ENTRY_FORKED:
        zg_life_forked(call, s);
        return false;
    case ZG_ENTRY_OK:
    case ZG_ENTRY_UNCHECKED:
        break;
    }
    return false;
}
