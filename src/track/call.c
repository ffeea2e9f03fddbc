/* SPDX-License-Identifier: MPL-2.0 */
/* The general path of a call: finding the record, hints for the fast path, several sockets at once,
 * calls that are ignored, missing functions. */
#include "track/call.h"

#include <errno.h>

#include "base/str.h"
#include "host/guard.h"
#include "host/handles.h"
#include "host/outside.h"
#include "host/scope.h"
#include "host/stack_cache.h"
#include "model/inproc.h"
#include "report/counters.h"
#include "report/finding.h"
#include "track/judge.h"
#include "track/provoke.h"

static int missing_int(void)
{
    errno = ENOSYS;
    return -1;
}

static void *missing_pointer(void)
{
    errno = ENOSYS;
    return NULL;
}

zg_function *zg_call_missing(uint32_t op)
{
    return zg_ops[op].class == ZG_CLASS_MAKE ? (zg_function *)(void *)missing_pointer
                                             : (zg_function *)(void *)missing_int;
}

/* The copy that libzmq's own call belongs to, or the one that an unknown handle must mean. */
static const struct zg_lib *lib_of(uintptr_t caller, const struct zg_socket *s)
{
    const struct zg_lib *lib = s != NULL ? s->lib : zg_lib_at(caller);

    return lib != NULL ? lib : zg_lib_for_caller(caller);
}

const struct zg_lib *zg_call_any_lib(uint32_t op, uintptr_t caller)
{
    const struct zg_lib *lib = __atomic_load_n(&zg_lib_ranges.first, __ATOMIC_ACQUIRE);
    const struct zg_lib *const *all;
    uint32_t count;

    if (zg_likely(lib != NULL && __atomic_load_n(&zg_lib_ranges.more, __ATOMIC_RELAXED) == 0))
        return lib;
    zg_start_ensure();
    lib = zg_lib_for_caller(caller);
    all = zg_lib_all(&count);
    for (uint32_t i = 0; (lib == NULL || lib->fn[op] == NULL) && i < count; i++)
        lib = all[i];
    return lib;
}

static bool abandon(struct zg_socket *s, void *a)
{
    if (s->what == ZG_WHAT_SOCKET) /* a timer set may be in use further out */
        zg_owned_abandon(&s->owned, a);
    return true;
}

/* Within a call, as handlers and free functions are; or after one that a longjmp abandoned: then
 * in none any more. */
static void look_out(const struct zg_call *call)
{
    struct zg_actor *a = &call->thread->actor;
    bool several = a->entering == &zg_owned_several.in;

    if (zg_stack_has_frame(zg_actor_frame(a), call->frame))
        return;
    __atomic_store_n(&a->entering, NULL, __ATOMIC_RELEASE);
    if (several)
        zg_handles_each(abandon, a);
    zg_findings_write_kept(); /* its findings wait for an end that it does not have */
}

void zg_call_begin(struct zg_call *call, const struct zg_lib *lib)
{
    int saved = errno;

    zg_start_ensure();
    call->lib = lib != NULL ? lib : lib_of(call->caller, NULL);
    if (!zg_lib_is_internal(call->caller)) {
        zg_fork_look();
        call->thread = zg_thread_self();
        if (call->thread != NULL && (call->thread->busy | call->thread->ignore) != 0) {
            call->ignoring = call->thread->busy == 0 ? call->thread : NULL;
            call->thread = NULL;
        }
    }
    if (zg_call_who(call) != NULL) {
        zg_start_tracking();
        if (call->thread != NULL && call->thread->actor.entering != NULL)
            look_out(call);
        call->stack = zg_thread_stack(zg_call_who(call), call->caller, call->frame);
    }
    errno = saved;
}

struct zg_socket *zg_call_find(struct zg_thread *t, uintptr_t handle)
{
    struct zg_socket *s = zg_handles_find(handle);
    uint32_t i = zg_call_cache_index(handle);

    if (s != NULL) {
        if (s != t->sockets[i].socket) { /* what was known before, for zg_life_stale() */
            t->displaced = t->sockets[i].socket;
            t->displaced_handle = t->sockets[i].handle;
        }
        t->sockets[i].handle = handle;
        t->sockets[i].socket = s;
    }
    return s;
}

/* Enters, or reports and does not. */
static bool enter(struct zg_call *call, struct zg_socket *s, uintptr_t handle)
{
    struct zg_actor *a = &call->thread->actor;
    struct zg_prior prior;
    enum zg_entry entry;
    bool taken = false;

    call->left = 0;
    do {
        if (zg_owned_enter(&s->owned, a, handle, call->frame))
            break;
        entry = zg_owned_enter_slow(&s->owned, a, handle, &prior);
        if (entry == ZG_ENTRY_OK || entry == ZG_ENTRY_ADOPTED || entry == ZG_ENTRY_UNORDERED) {
            /* At once: a signal handler that comes now, or another thread while this one is judged,
             * shall see this call, not the one before. */
            zg_owned_note(&s->owned, a, zg_use_make(call->op, call->stack), call->frame);
            zg_owned_stay(a, call->frame);
        }
        if (entry == ZG_ENTRY_OK)
            break;
        taken = entry == ZG_ENTRY_ADOPTED || entry == ZG_ENTRY_UNORDERED;
        if (zg_judge(call, s, handle, entry, &prior))
            continue;
        if (!taken)
            return false;
        break;
    } while (true);
    if (taken)
        zg_inproc_taken_over(s);
    return true;
}

static bool is_live(const struct zg_socket *s, uintptr_t handle)
{
    return (__atomic_load_n(&s->owned.word, __ATOMIC_RELAXED) &
            (ZG_OWNED_CLOSED | ZG_OWNED_FORKED)) == 0 &&
           s->owned.handle == handle && s->what == ZG_WHAT_SOCKET;
}

void zg_call_enter_slow(struct zg_call *call, uintptr_t handle)
{
    int saved = errno;
    struct zg_socket *s;

    /* zmq_poll() asks its sockets by zmq_getsockopt(): libzmq's own calls are frequent. */
    if (zg_lib_is_libzmq(call->caller)) {
        call->lib = zg_lib_at(call->caller);
        return;
    }
    s = zg_handles_find(handle);

    /* The record names the copy: to look for the caller's takes the loader's lock. */
    zg_call_begin(call, s != NULL ? s->lib : NULL);
    if (call->thread != NULL && s != NULL)
        s = zg_call_find(call->thread, handle);
    if (call->thread != NULL && s != NULL && enter(call, s, handle)) {
        call->socket = s;
        zg_call_note(call);
        if (s->what != ZG_WHAT_POLLER) /* which has a timeout of its own */
            (void)zg_provoke(call, s, ZG_PROVOKE_NO_LIMIT);
        call->considered = true;
    } else if (call->thread != NULL && s != NULL && is_live(s, handle)) {
        call->known = s;
    }
    errno = saved;
}

void zg_call_bury(struct zg_call *call)
{
    struct zg_socket *s = call->socket;

    zg_call_leave(call);
    call->socket = NULL;
    zg_handles_bury(s);
}

bool zg_call_has_entered(const struct zg_call *call, const struct zg_socket *s)
{
    return __atomic_load_n(&s->owned.in, __ATOMIC_RELAXED) == call->thread->actor.id &&
           s->owned.frame == call->frame;
}

struct zg_socket *zg_call_enter_one(struct zg_call *call, uintptr_t handle, bool io)
{
    struct zg_socket *s = zg_call_record(call->thread, handle);
    struct zg_socket *first = call->socket;

    if (s == NULL || zg_call_has_entered(call, s))
        return NULL;
    call->lib = s->lib;
    if (!enter(call, s, handle))
        return NULL;
    if (io)
        s->owned.io = true;
    call->socket = s;
    zg_call_note(call);
    call->socket = first;
    return s;
}

void zg_call_leave_one(const struct zg_call *call, uintptr_t handle)
{
    struct zg_socket *s = zg_call_record(call->thread, handle);

    if (s != NULL && zg_call_has_entered(call, s))
        zg_owned_leave(&s->owned, &call->thread->actor);
}

static uintptr_t handle_at(const struct zg_calls *calls, size_t i)
{
    return *(const uintptr_t *)(const void *)(calls->first + i * calls->stride);
}

/* Of the first handle that is known. */
static const struct zg_lib *lib_of_handles(const struct zg_calls *calls)
{
    const struct zg_socket *s = NULL;

    for (size_t i = 0; s == NULL && i < calls->count; i++)
        s = zg_handles_find(handle_at(calls, i));
    return s != NULL ? s->lib : NULL;
}

void zg_calls_enter(struct zg_calls *calls)
{
    struct zg_call *call = &calls->call;
    int saved = errno;

    zg_call_begin(call, lib_of_handles(calls));
    for (size_t i = 0; call->thread != NULL && i < calls->count; i++)
        (void)zg_call_enter_one(call, handle_at(calls, i), true);
    errno = saved;
}

struct zg_socket *zg_calls_socket(const struct zg_calls *calls, size_t i)
{
    struct zg_socket *s = zg_call_record(calls->call.thread, handle_at(calls, i));

    return s != NULL && zg_call_has_entered(&calls->call, s) ? s : NULL;
}

void zg_calls_provoke(const struct zg_calls *calls, long timeout)
{
    for (size_t i = 0; calls->call.thread != NULL && i < calls->count; i++) {
        struct zg_socket *s = zg_calls_socket(calls, i);

        if (s != NULL && zg_provoke(&calls->call, s, timeout))
            return; /* one hold a call */
    }
}

void zg_calls_leave(struct zg_calls *calls)
{
    for (size_t i = 0; calls->call.thread != NULL && i < calls->count; i++) {
        struct zg_socket *s = zg_calls_socket(calls, i);

        if (s != NULL)
            zg_owned_leave(&s->owned, &calls->call.thread->actor);
    }
}

/* Of a call of libzmq's own, to go straight on to; else NULL. */
static const struct zg_lib *internal(uintptr_t handle, uintptr_t caller)
{
    const struct zg_socket *s;

    if (zg_lib_is_first(caller))
        return zg_lib_ranges.first;
    if (zg_lib_is_libzmq(caller))
        return zg_lib_at(caller);
    if (caller - zg_lib_ranges.own_start >= zg_lib_ranges.own_size)
        return NULL;
    /* libzmq's zmq_sendmsg() ends by a jump to zmq_msg_send(), which returns to our hook. */
    s = zg_handles_find(handle);
    return s != NULL ? s->lib : NULL;
}

/* A place goes to another call site when it was wanted so often in a row: a thread that goes round
 * through more sockets than there are places would only exchange them. */
#define PATIENCE 8U

/* Does the socket's word say what it said when the hint was made? */
static bool is_for(const struct zg_call_site *site, const struct zg_socket *s)
{
    return (__atomic_load_n(&s->owned.word, __ATOMIC_RELAXED) | ZG_HINT_MORE) ==
           (site->word | ZG_HINT_MORE);
}

/* Shall another call site keep the place? Not one whose socket is gone. */
static bool is_taken(struct zg_thread *t, struct zg_call_site *site, const struct zg_socket *s)
{
    if (site->caller == 0 || zg_call_site_socket(site) == s ||
        !is_for(site, zg_call_site_socket(site)))
        return false;
    zg_call_sites_grow(t);
    return ++site->missed < PATIENCE;
}

static uint64_t sent(uint32_t op)
{
    return op == ZG_OP_zmq_send || op == ZG_OP_zmq_msg_send || op == ZG_OP_zmq_sendmsg ? ZG_USE_SENT
                                                                                       : 0;
}

static bool is_same(const struct zg_call_site *a, const struct zg_call_site *b)
{
    return a->caller == b->caller && a->frame == b->frame && a->in == b->in && a->word == b->word &&
           a->use == b->use && a->real == b->real && a->reads == b->reads &&
           a->script_count == b->script_count;
}

/* In this order: a signal handler in between finds no hint, or a whole one. Not what stands there
 * already: functions without a fast path come here each time. */
static void put(struct zg_call_site *site, const struct zg_call_site *made)
{
    if (is_same(site, made))
        return;
    __atomic_store_n(&site->caller, 0, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    site->frame = made->frame;
    site->in = made->in;
    site->word = made->word;
    site->use = made->use;
    site->real = made->real;
    site->reads = made->reads;
    site->read_count = made->read_count;
    site->script_count = made->script_count;
    site->missed = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&site->caller, made->caller, __ATOMIC_RELAXED);
}

static bool is_checked(const struct zg_cached_stack *m)
{
    return m->read_count != 0 || zg_stack_is_script(m->caller);
}

/* Makes the next call like this one a fast one. The socket is entered. */
static void hint(struct zg_thread *t, struct zg_socket *s, uintptr_t caller, uintptr_t frame,
                 uint32_t op)
{
    struct zg_call_site *site = zg_call_site_of(t, s->owned.handle, caller, op);
    uint64_t word = __atomic_load_n(&s->owned.word, __ATOMIC_RELAXED);
    uint32_t flushes = zg_stack_cache_flushes();
    const struct zg_cached_stack *m;
    bool is_more; /* zg_fast_steady() may take it away */

    /* A receive on a socket of both kinds may be of either. */
    if (t->site_mask == 0 || is_taken(t, site, s) || (s->outside && s->inproc != NULL))
        return;
    /* Sends and receives alone: the socket is known to be used so. */
    if (zg_fast_number(op) >= ZG_FAST_OPS || !zg_fence_asymmetric)
        return;
    /* A handler that interrupted a capture: its own entries are not its. */
    if ((word & ZG_OWNED_PLAIN) != t->actor.id || t->stacks == NULL || t->stacks->busy != 0 ||
        s->lib->fn[op] == NULL || frame % 16 != 0)
        return;
    m = zg_cached_stack_of(t->stacks, caller, frame);
    if (m == NULL)
        m = zg_cached_stack_of(t->stacks, caller | ZG_STACK_SCRIPT, frame);
    if (m == NULL)
        return;
    s->owned.io = true;
    zg_inproc_resume(&t->actor, s);
    is_more = sent(op) != 0 || m->read_count != 0;
    site = zg_call_site_of(t, s->owned.handle, caller, op); /* there may be more of them by now */
    put(site, &(struct zg_call_site){.caller = m->caller,
                                     .frame = zg_call_site_frame(frame, op),
                                     .in = &s->owned.in,
                                     .word = is_more ? word | ZG_HINT_MORE : word,
                                     .use = zg_use_make(op, m->id) | sent(op),
                                     .real = s->lib->fn[op],
                                     .reads = is_checked(m) ? m->reads : NULL,
                                     .read_count = m->read_count,
                                     .script_count = m->script_count});
    zg_fence_light(); /* pairs with zg_stack_cache_flush() */
    if (zg_stack_cache_flushes() != flushes)
        __atomic_store_n(&site->caller, 0, __ATOMIC_RELAXED);
}

void zg_fast_steady(struct zg_thread *t, struct zg_socket *s, uintptr_t caller, uint32_t op)
{
    struct zg_call_site *site = zg_call_site_of(t, s->owned.handle, caller, op);
    struct zg_actor *a = &t->actor;

    if ((site->word & ZG_HINT_MORE) == 0) /* as before */
        return;
    if (site->caller != caller || site->in != &s->owned.in || site->reads != NULL ||
        zg_use_op(site->use) != op || !zg_inproc_is_steady(a, s))
        return;
    if (!zg_actor_add_steady(a, &site->word))
        return;
    site->word &= ~ZG_HINT_MORE;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (!zg_inproc_is_steady(a, s)) /* a handler has learnt something */
        site->word |= ZG_HINT_MORE;
}

/* What the thread knew under the handle before, for zg_life_stale(), if its cache of records has
 * another there: calls that go by a hint do not look into that. */
static void keep_displaced(uintptr_t handle, uintptr_t caller, uint32_t op)
{
    struct zg_thread *t = zg_thread_self_or_null;
    const struct zg_socket *s;
    struct zg_socket *known;

    if (t == NULL || t->sockets[zg_call_cache_index(handle)].handle == handle)
        return;
    s = zg_handles_find(handle);
    known = zg_call_site_of(t, handle, caller, op)->in != NULL
                ? zg_call_site_socket(zg_call_site_of(t, handle, caller, op))
                : NULL;
    if (s != NULL && known != NULL && known != s && known == s->previous) {
        t->displaced = known;
        t->displaced_handle = handle;
    }
}

/* By what an earlier run learnt even the owner's next call may be held, and those after it: then
 * none is a fast one. */
static bool is_suspect(const struct zg_call *call)
{
    struct zg_socket *s = call->socket;

    if (!__atomic_load_n(&zg_learnt_any, __ATOMIC_RELAXED))
        return false;
    if (!call->considered)
        (void)zg_provoke(call, s, ZG_PROVOKE_NO_LIMIT);
    return s->pair != NULL && s->pair->is_learnt;
}

static zg_function *function_of(const struct zg_lib *lib, uint32_t op)
{
    zg_function *function = lib != NULL ? lib->fn[op] : NULL;

    return zg_likely(function != NULL) ? function : zg_call_missing(op);
}

/* Is the hint for this call, and the stack the one of this moment? Copies what the call needs of
 * it. */
static bool is_again(const struct zg_call_site *site, struct zg_stack_cache *c, uintptr_t caller,
                     uintptr_t frame, uint32_t op, struct zg_slow_call *slow, uint64_t *use)
{
    bool holds;

    c->busy = frame; /* from here on handlers change neither the cache nor hints */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    holds = (site->caller & ~ZG_STACK_SCRIPT) == caller &&
            site->frame == zg_call_site_frame(frame, op) && is_for(site, zg_call_site_socket(site));
    if (holds && zg_stack_is_script(site->caller))
        holds = zg_stack_cache_script_holds(site->reads, site->read_count, site->script_count);
    else if (holds && site->reads != NULL)
        holds = zg_stack_reads_hold(site->reads);
    slow->socket = zg_call_site_socket(site);
    slow->real = site->real;
    *use = site->use;
    zg_stack_cache_leave(c);
    return holds;
}

/*
 * The owner's next call from a place in a script, or one that the fast path has left to this for
 * another reason than its place. As there, but that to compare a script's frames calls functions,
 * and that the object says itself who is inside.
 */
static bool enter_again(struct zg_slow_call *slow, uintptr_t handle, uintptr_t caller,
                        uintptr_t frame, uint32_t op)
{
    struct zg_thread *t = zg_thread_or_none;
    const struct zg_call_site *site = zg_call_site_of(t, handle, caller, op);
    uint64_t use;

    if ((site->caller & ~ZG_STACK_SCRIPT) != caller || zg_fast_number(op) >= ZG_FAST_OPS ||
        t->stacks == NULL || t->stacks->busy != 0 || t->actor.entering != NULL)
        return false;
    if (!is_again(site, t->stacks, caller, frame, op, slow, &use) ||
        !zg_owned_enter(&slow->socket->owned, &t->actor, handle, frame))
        return false;
    zg_owned_note(&slow->socket->owned, &t->actor, use, frame);
    if (!zg_owned_count(&slow->socket->owned))
        zg_owned_time(&slow->socket->owned, zg_sys_now(), zg_sys_coarse());
    return true;
}

ZG_NOINLINE static struct zg_slow_call enter_any(uintptr_t handle, uintptr_t caller,
                                                 uintptr_t frame, uint32_t op)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = op};

    keep_displaced(handle, caller, op);
    zg_call_enter(&call, handle);
    if (zg_likely(call.socket != NULL && !is_suspect(&call)))
        hint(call.thread, call.socket, caller, frame, op);
    return (struct zg_slow_call){.socket = call.socket, .real = function_of(call.lib, op)};
}

struct zg_slow_call zg_slow_enter(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op)
{
    const struct zg_lib *own;
    struct zg_slow_call slow;

    if (enter_again(&slow, handle, caller, frame, op))
        return slow;
    own = internal(handle, caller);
    if (own != NULL)
        return (struct zg_slow_call){.real = function_of(own, op)};
    return enter_any(handle, caller, frame, op);
}

/* Calls inside ZMQGUARD_IGNORE_BEGIN/END. */

static struct zg_socket *open_socket(const void *socket)
{
    struct zg_socket *s = zg_handles_find((uintptr_t)socket);

    return s != NULL && __atomic_load_n(&s->life, __ATOMIC_ACQUIRE) == ZG_LIFE_OPEN ? s : NULL;
}

/* NULL: the thread does not ignore. */
static struct zg_thread *ignoring_thread(void)
{
    struct zg_thread *t = zg_thread_self_or_null;

    return t != NULL && t->ignore != 0 && t->busy == 0 ? t : NULL;
}

void zg_ignored_send(const void *socket)
{
    struct zg_thread *t = ignoring_thread();
    const struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s != NULL && s->inproc != NULL)
        zg_inproc_send_outside(&t->actor, s);
}

void zg_ignored_receive(const void *socket)
{
    struct zg_thread *t = ignoring_thread();
    const struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s != NULL && s->inproc != NULL)
        zg_inproc_receive_outside(&t->actor, s);
    if (t != NULL && (s == NULL || s->inproc == NULL || s->outside))
        zg_outside_received(t, "zmq_recv");
}

void zg_ignored_attach(const void *socket, zg_ignored_how *how, const char *address)
{
    struct zg_thread *t = ignoring_thread();
    struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s == NULL)
        return;
    if (zg_str_starts(address, "inproc://")) {
        how(s->context, s, address + 9);
        zg_inproc_send_outside(&t->actor, s);
    } else {
        s->outside = true;
    }
    zg_call_sites_clear(t); /* as in hook/socket.c */
}

struct zg_socket *zg_ignored_close(const struct zg_call *call, const void *socket)
{
    struct zg_socket *s = call->ignoring != NULL ? open_socket(socket) : NULL;

    if (s == NULL)
        return NULL;
    zg_inproc_detached(s);
    zg_handles_closing(s, &call->ignoring->actor, call->stack);
    return s;
}
