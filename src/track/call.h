/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One call of the application into libzmq, from entering to leaving.
 *
 * A hook writes
 *     ZG_CALL(call, socket, zmq_send);
 *     return ZG_REAL(call, zmq_send)(socket, buf, len, flags);
 * and the call is left by the cleanup attribute: on return, by a C++ exception and by
 * cancellation. What longjmp abandons is noticed at the thread's next use.
 *
 * A call that is reported, room by room:
 *   hook/message.c   the interposed zmq_send(); message.c what is more than its fast path
 *   call.c           finds the socket's record (host/handles.h), takes the stack (host/stack.h)
 *   model/owner.c    may this thread enter? The facts of the last use, when it is not the owner
 *   judge.c          asks what ordered the two uses (model/clock.h) and what the policy says
 *   provoke.c        order is possible that cannot be seen: holds later calls, and looks who comes
 *   describe.c       turns records into the finding's events, threads and objects
 *   report/finding.c counts, suppresses, resolves frames, writes in one piece, and stops the host
 * Beside that path: life.c judges uses of objects that are closed, forked or terminated, term.c the
 * waits for a context's end, crash.c and fault.c the end of libzmq itself; edge.c, cond_wait.h and
 * once.c tell the model what orders calls, promise.c and free.c what may; object.c makes and ends
 * timer sets and pollers; learnt.c keeps what provoke.c found for the next run; locks.c names the
 * locks that threads hold, for a report.
 *
 * Calls that libzmq makes to itself, on handles the guard never saw, or while the guard is off go
 * straight through.
 */
#ifndef ZG_TRACK_CALL_H
#define ZG_TRACK_CALL_H

#include "base/sys.h"
#include "host/fork.h"
#include "host/lib.h"
#include "host/thread.h"
#include "host/zmq_api.h"
#include "model/socket.h"

struct zg_call {
    struct zg_thread *thread;   /* NULL: straight through */
    struct zg_thread *ignoring; /* inside ZMQGUARD_IGNORE, thread is NULL then: what it does is
                                   not checked, but makes objects and orders; else NULL */
    struct zg_socket *socket;   /* the record, when entered; else NULL */
    struct zg_socket *known;    /* of a live object that was not entered: nobody owns a
                                   thread-safe one */
    const struct zg_lib *lib;   /* whose function is to be called; NULL = there is no libzmq */
    uintptr_t caller;
    uintptr_t frame;
    zg_stack_id stack;
    uint32_t op;
    bool considered; /* for a hold: track/provoke.h */
    uint8_t left;    /* so often its object was left while a report was written */
};

/* The record of a live object, entered or not: what endpoints belong to. NULL when there is none.
 */
ZG_INLINE struct zg_socket *zg_call_known(const struct zg_call *call)
{
    return zg_likely(call->socket != NULL) ? call->socket : call->known;
}

/* Whose call it is, checked or not; NULL: straight through. */
ZG_INLINE struct zg_thread *zg_call_who(const struct zg_call *call)
{
    return call->thread != NULL ? call->thread : call->ignoring;
}

/* The record under the handle, from now on in the thread's cache; NULL when there is none. */
struct zg_socket *zg_call_find(struct zg_thread *t, uintptr_t handle);
/* A handle that is not the undisturbed next use of its owner's. */
void zg_call_enter_slow(struct zg_call *call, uintptr_t handle);
/* The function of the call's copy, or one that fails with ENOSYS. */
zg_function *zg_call_missing(uint32_t op);

ZG_INLINE uint32_t zg_call_cache_index(uintptr_t handle)
{
    /* Fibonacci hashing: sockets are heap addresses some hundred bytes apart. */
    return (uint32_t)(handle * 0x9E3779B97F4A7C15U >> (64 - ZG_SOCKET_CACHE_BITS));
}

/* The record under the handle: by the thread's cache, if what stands there is the handle's still,
 * and open: a closed record keeps its handle, while the address may be another socket's by now.
 * NULL when there is none. */
ZG_INLINE struct zg_socket *zg_call_record(struct zg_thread *t, uintptr_t handle)
{
    uint32_t i = zg_call_cache_index(handle);
    struct zg_socket *s = t->sockets[i].socket;

    if (zg_likely(handle != 0 && t->sockets[i].handle == handle &&
                  __atomic_load_n(&s->owned.handle, __ATOMIC_RELAXED) == handle &&
                  (__atomic_load_n(&s->owned.word, __ATOMIC_RELAXED) & ZG_OWNED_CLOSED) == 0))
        return s;
    return handle != 0 ? zg_call_find(t, handle) : NULL;
}

/* Notes the use in the record that was just entered. */
ZG_INLINE void zg_call_note(const struct zg_call *call)
{
    struct zg_owned *o = &call->socket->owned;

    zg_owned_note(o, &call->thread->actor, zg_use_make(call->op, call->stack), call->frame);
    if (!zg_owned_count(o))
        zg_owned_time(o, zg_sys_now(), zg_sys_coarse());
}

ZG_INLINE void zg_call_enter(struct zg_call *call, uintptr_t handle)
{
    struct zg_thread *t = zg_thread_self_or_null;

    if (zg_likely(t != NULL && !zg_lib_is_internal(call->caller) && zg_fork_page.live != 0 &&
                  t->actor.entering == NULL)) {
        uint32_t i = zg_call_cache_index(handle);
        struct zg_socket *s = t->sockets[i].socket;

        call->stack = zg_stack_take(&t->stacks, call->caller, call->frame);
        if (zg_likely(t->sockets[i].handle == handle &&
                      zg_owned_enter(&s->owned, &t->actor, handle, call->frame))) {
            call->thread = t;
            call->socket = s;
            call->lib = s->lib;
            zg_call_note(call);
            return;
        }
    }
    zg_call_enter_slow(call, handle);
}

ZG_INLINE void zg_call_leave(struct zg_call *call)
{
    if (zg_likely(call->socket != NULL))
        zg_owned_leave(&call->socket->owned, &call->thread->actor);
}

#define ZG_HERE      ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS()
#define ZG_HOOK_HERE ZG_RETURN_ADDRESS(), ZG_HOOK_FRAME_ADDRESS()

#define ZG_CALL_LEFT_BY(leave, name, handle, function)                                             \
    struct zg_call name ZG_CLEANUP(leave) = {                                                      \
        .caller = ZG_RETURN_ADDRESS(), .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_##function};       \
    zg_call_enter(&(name), (uintptr_t)(handle))
#define ZG_CALL(name, handle, function) ZG_CALL_LEFT_BY(zg_call_leave, name, handle, function)

#define ZG_REAL_AS(call, function, prototype)                                                      \
    ((__typeof__(&(prototype)))(zg_likely((call).lib != NULL &&                                    \
                                          (call).lib->fn[ZG_OP_##function] != NULL)                \
                                    ? (call).lib->fn[ZG_OP_##function]                             \
                                    : zg_call_missing(ZG_OP_##function)))
#define ZG_REAL(call, function) ZG_REAL_AS(call, function, function)
/* Of a draft function, whose hook has another name. */
#define ZG_REAL_DRAFT(call, function) ZG_REAL_AS(call, function, zg_hook_##function)

/*
 * A call without a socket of its own (context functions, making objects): finds the caller's
 * thread (NULL: straight through), stack and libzmq. lib: NULL, or the copy that the handle's
 * record names.
 */
void zg_call_begin(struct zg_call *call, const struct zg_lib *lib);
/* Of a function whose arguments name no copy, and which does the same in all: one that has it.
 * Without a look at the loader's list where there is one copy. NULL: there is none. */
const struct zg_lib *zg_call_any_lib(uint32_t op, uintptr_t caller);

/* After the real call that ended the object: leaves, and the record may be given up, much later. */
void zg_call_bury(struct zg_call *call);

/* One more object that the call uses as long as it runs; call->thread is not NULL. Returns it when
 * it was entered; one that the call has entered already stays so. io: it may send, receive or
 * wait. */
struct zg_socket *zg_call_enter_one(struct zg_call *call, uintptr_t handle, bool io);
/* Is the record entered by this very call (which may name a socket twice)? */
bool zg_call_has_entered(const struct zg_call *call, const struct zg_socket *s);
void zg_call_leave_one(const struct zg_call *call, uintptr_t handle);

/*
 * A call that uses several sockets for as long as it runs: zmq_poll's items, a proxy's ends. The
 * handles stand `stride` bytes apart; NULL ones are skipped, one that stands there twice is
 * entered once.
 */
struct zg_calls {
    struct zg_call call; /* .socket is not used */
    const char *first;   /* NULL: none */
    size_t stride;
    size_t count;
};
void zg_calls_enter(struct zg_calls *calls);
void zg_calls_leave(struct zg_calls *calls);
/* Holds the call open, if one of its sockets is due: track/provoke.h. timeout: the call's own in
 * ms, as zmq_poll()'s. */
void zg_calls_provoke(const struct zg_calls *calls, long timeout);
/* The i-th object, if the call has entered it; else NULL. */
struct zg_socket *zg_calls_socket(const struct zg_calls *calls, size_t i);
/* from, at: caller and frame; in the hook itself ZG_HERE. */
#define ZG_CALLS(name, handles, step, n, function, ...)                                            \
    ZG_CALLS_FROM(name, handles, step, n, function, __VA_ARGS__)
#define ZG_CALLS_FROM(name, handles, step, n, function, from, at)                                  \
    struct zg_calls name ZG_CLEANUP(zg_calls_leave) = {                                            \
        .call = {.caller = (from), .frame = (at), .op = ZG_OP_##function},                         \
        .first = (const char *)(handles),                                                          \
        .stride = (step),                                                                          \
        .count = (handles) != NULL ? (n) : 0};                                                     \
    zg_calls_enter(&(name))

/*
 * Sends and receives have a fast path: the owner's next call from a place that it was made from
 * before. A hint of the thread's (struct zg_call_site) leads to the socket, and every part of the
 * hint is checked. Nothing but the real function is called, so that the hook has no argument to
 * save:
 *     if (!zg_fast_enter(&fast, handle, op))
 *         return zg_message_send(…, ZG_HOOK_HERE);
 *     if (!zg_fast_holds(&fast) || …)
 *         return zg_message_more_send(…, fast.site);
 *     ZG_FAST_CALL(leaving, fast);
 *     return ZG_FAST_REAL(fast, zmq_send)(…);
 * What goes by the hint with more to look at, and every other call, are functions of their own, to
 * which compilers jump (track/message.h). The general path there:
 *     ZG_SLOW_CALL(slow, socket, zmq_send, caller, frame);
 *     return ZG_SLOW_REAL(slow, zmq_send)(socket, buf, len, flags);
 */
/* What lives across the real call. */
struct zg_slow_call {
    struct zg_socket *socket; /* when entered, by the calling thread; else NULL */
    zg_function *real;
};

/* Any call. caller and frame: those of the hook. */
struct zg_slow_call zg_slow_enter(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op);
ZG_INLINE void zg_slow_leave(const struct zg_slow_call *slow)
{
    if (zg_likely(slow->socket != NULL))
        zg_owned_leave(&slow->socket->owned, &zg_thread_self_or_null->actor);
}

/* …: caller and frame, or in the hook itself ZG_HERE. */
#define ZG_SLOW_CALL(name, handle, function, ...)                                                  \
    struct zg_slow_call name ZG_CLEANUP(zg_slow_leave) =                                           \
        zg_slow_enter((uintptr_t)(handle), __VA_ARGS__, ZG_OP_##function)
#define ZG_SLOW_REAL(slow, function) ((__typeof__(&(function)))(slow).real)

/* Sends and receives follow each other in zmq.def: this one's number, if it is less than
 * ZG_FAST_OPS. */
#define ZG_FAST_OPS 8U
ZG_INLINE uint32_t zg_fast_number(uint32_t op)
{
    _Static_assert(ZG_OP_zmq_recvmsg - ZG_OP_zmq_send < (int)ZG_FAST_OPS, "they do");
    return op - ZG_OP_zmq_send;
}

/* Handles are heap addresses some hundred bytes apart, callers addresses of code. From one place a
 * thread may call several functions: through a pointer, or as a foreign function interface does.
 * Sends and receives are far apart, lest what lies between two sockets make up for what lies
 * between the two callers: by that jzmq's hints took each other's place, in tables of any size. */
ZG_INLINE struct zg_call_site *zg_call_site_of(struct zg_thread *t, uintptr_t handle,
                                               uintptr_t caller, uint32_t op)
{
    uintptr_t offset = (handle + caller + zg_fast_number(op) * 7 * 64) & t->site_mask;

    _Static_assert(sizeof(struct zg_call_site) == 64, "the mask is one run of bits");
    return (struct zg_call_site *)(void *)((char *)t->sites + offset);
}

/* By which a hint is told from one for another function: frames are at multiples of 16, but for
 * callers that do not keep to the processor's ABI. Those have no hints. */
ZG_INLINE uintptr_t zg_call_site_frame(uintptr_t frame, uint32_t op)
{
    return frame + zg_fast_number(op);
}

ZG_INLINE struct zg_socket *zg_call_site_socket(const struct zg_call_site *site)
{
    _Static_assert(offsetof(struct zg_socket, owned) == 0, "it comes first");
    return (struct zg_socket *)(void *)((char *)site->in - offsetof(struct zg_owned, in));
}

struct zg_fast_call {
    struct zg_socket *socket;
    struct zg_thread *thread;
    const struct zg_call_site *site;
    zg_epoch epoch;          /* the thread's, before it was asked whether the hint holds */
    uintptr_t caller, frame; /* of the hook, for who gives it up: zg_fast_give_up() */
};

/* Looks for a hint, and enters the socket that it is for. Go on with zg_fast_holds(). No look at
 * the fork page: in a child there are no hints. */
ZG_INLINE bool zg_fast_enter(struct zg_fast_call *fast, uintptr_t handle, uint32_t op)
{
    struct zg_thread *t = zg_thread_or_none;
    uintptr_t caller = ZG_RETURN_ADDRESS();
    uintptr_t sum = zg_owned_sum(&t->actor, zg_call_site_frame(ZG_HOOK_FRAME_ADDRESS(), op));
    const struct zg_call_site *site = zg_call_site_of(t, handle, caller, op);

    if (zg_unlikely(site->caller != caller || site->frame != sum))
        return false;
    fast->thread = t;
    fast->site = site;
    fast->socket = zg_call_site_socket(site);
    return zg_likely(zg_owned_enter_fast(&fast->socket->owned, &t->actor, handle, sum));
}

/* The object is the thread's still, there is no more to look at, and the use is not to be timed:
 * the call is entered. False: zg_fast_enter_more(). From zg_fast_enter() on handlers leave the
 * cache of stacks alone: zg_thread_stack(). */
ZG_INLINE bool zg_fast_holds(struct zg_fast_call *fast)
{
    struct zg_owned *o = &fast->socket->owned;

    fast->epoch = fast->thread->actor.epoch;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return zg_likely(o->word == fast->site->word) && zg_likely(zg_owned_count(o));
}

/* Not entered: take the general path, with the caller and the frame that the hook has. here: a
 * return address that may be the hook's, should the hint have been emptied just now. */
ZG_INLINE bool zg_fast_give_up(struct zg_fast_call *fast, uintptr_t here)
{
    uintptr_t caller = __atomic_load_n(&fast->site->caller, __ATOMIC_RELAXED);

    fast->caller = caller != 0 ? caller : here;
    fast->frame = zg_actor_frame(&fast->thread->actor);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    zg_owned_step_back(&fast->thread->actor);
    return false;
}

/* The rest of zg_fast_enter(), in a function that the hook has jumped to, with the site. Calls
 * nothing. */
ZG_INLINE bool zg_fast_enter_more(struct zg_fast_call *fast, const struct zg_call_site *site)
{
    struct zg_owned *o;

    /* The stack may depend on the frame pointer that the hook was called with: it is there now. */
    __asm__ volatile("" ::"r"(ZG_FRAME_ADDRESS()) : "memory");
    o = &zg_call_site_socket(site)->owned;
    *fast = (struct zg_fast_call){
        .socket = zg_call_site_socket(site), .thread = zg_thread_or_none, .site = site};
    if (zg_likely((o->word | ZG_HINT_MORE) == site->word &&
                  (site->reads == NULL || zg_stack_reads_hold(site->reads)) && zg_owned_count(o)))
        return true;
    return zg_fast_give_up(fast, ZG_RETURN_ADDRESS());
}

/* zg_owned_note(). The epoch is left to the end: this thread was the last user already. */
ZG_INLINE void zg_fast_note(const struct zg_fast_call *fast)
{
    __atomic_store_n(&fast->socket->owned.use, fast->site->use, __ATOMIC_RELAXED);
}

ZG_INLINE void zg_fast_leave(struct zg_socket *const *socket)
{
    zg_owned_leave_fast(&(*socket)->owned);
}

#define ZG_FAST_CALL(name, f)        struct zg_socket *name ZG_CLEANUP(zg_fast_leave) = (f).socket
#define ZG_FAST_REAL(fast, function) ((__typeof__(&(function)))(fast).site->real)

/* After a send that took the general path: the next one like it may be steady. */
void zg_fast_steady(struct zg_thread *t, struct zg_socket *s, uintptr_t caller, uint32_t op);

/*
 * What a thread does inside ZMQGUARD_IGNORE_BEGIN/END: it is not checked and makes nobody an owner,
 * but its messages order, as its locks do, and what it makes and closes is made and closed.
 *
 * The thread enters nothing. These do nothing for any other thread, or for what is no open socket;
 * the handle is what the application passed. They preserve errno, and may block for a lock.
 */
/* Before the real call that may send. */
void zg_ignored_send(const void *socket);
/* After the real call that has received something, or knows that there is something. */
void zg_ignored_receive(const void *socket);
/* zg_inproc_bound or zg_inproc_connected. */
typedef void zg_ignored_how(const struct zg_context *c, struct zg_socket *s, const char *name);
/* Before the real zmq_bind() or zmq_connect() of any transport. */
void zg_ignored_attach(const void *socket, zg_ignored_how *how, const char *address);
/* Before the real zmq_close(). Returns what zg_handles_bury() gets after it, or NULL. */
struct zg_socket *zg_ignored_close(const struct zg_call *call, const void *socket);

#endif
