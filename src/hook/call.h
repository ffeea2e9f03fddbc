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
 * Calls that libzmq makes to itself, on handles the guard never saw, or while the guard is off go
 * straight through.
 */
#ifndef ZG_HOOK_CALL_H
#define ZG_HOOK_CALL_H

#include "base/sys.h"
#include "hook/zmq_api.h"
#include "host/fork.h"
#include "host/lib.h"
#include "host/thread.h"
#include "model/socket.h"

struct zg_call {
    struct zg_thread *thread; /* NULL: straight through */
    struct zg_socket *socket; /* the record, when entered; else NULL */
    const struct zg_lib *lib; /* whose function is to be called; NULL = there is no libzmq */
    uintptr_t caller;
    uintptr_t frame;
    zg_stack_id stack;
    uint32_t op;
};

/* A handle that is not the undisturbed next use of its owner's. */
void zg_call_enter_slow(struct zg_call *call, uintptr_t handle);
/* Takes the time of the present use. */
void zg_call_time(struct zg_owned *o);
/* The function of the call's copy, or one that fails with ENOSYS. */
zg_function *zg_call_missing(uint32_t op);

ZG_INLINE uint32_t zg_call_cache_index(uintptr_t handle)
{
    /* Fibonacci hashing: sockets are heap addresses some hundred bytes apart. */
    return (uint32_t)(handle * 0x9E3779B97F4A7C15U >> (64 - ZG_SOCKET_CACHE_BITS));
}

/* Notes the use in the record that was just entered. */
ZG_INLINE void zg_call_note(const struct zg_call *call)
{
    struct zg_owned *o = &call->socket->owned;

    zg_owned_note(o, &call->thread->actor, zg_use_make(call->op, call->stack), call->frame);
    /* The first uses of a socket and then one in 64 are timed: a clock costs more than the rest
     * of the hook. Reports say which one the age is that of. */
    if (zg_unlikely(o->calls <= 8 || (o->calls & 63) == 0))
        zg_call_time(o);
}

ZG_INLINE void zg_call_enter(struct zg_call *call, uintptr_t handle)
{
    struct zg_thread *t = zg_thread_self_or_null;

    if (zg_likely(t != NULL && !zg_lib_is_internal(call->caller) && zg_fork_page->live)) {
        uint32_t i = zg_call_cache_index(handle);
        struct zg_socket *s = t->sockets[i].socket;

        call->stack = zg_stack_take(&t->stacks, call->caller, call->frame);
        if (zg_likely(t->sockets[i].handle == handle && (t->ignore | t->busy) == 0 &&
                      zg_owned_enter(&s->owned, &t->actor, handle))) {
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

#define ZG_CALL(name, handle, function)                                                            \
    struct zg_call name ZG_CLEANUP(zg_call_leave) = {                                              \
        .caller = ZG_RETURN_ADDRESS(), .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_##function};       \
    zg_call_enter(&(name), (uintptr_t)(handle))

/*
 * The same for the calls that come by the million: what lives across the real call fits registers.
 *     ZG_WAY(way, socket, zmq_send);
 *     return ZG_WAY_REAL(way, zmq_send)(socket, buf, len, flags);
 */
struct zg_way {
    struct zg_socket *socket; /* when entered, by the calling thread; else NULL */
    zg_function *real;
};

/* A call that another copy than the first makes to itself: straight on, as the first's are. */
struct zg_way zg_way_internal(uintptr_t caller, uint32_t op);
/* The record under the handle, from now on in the thread's cache; NULL when there is none. */
struct zg_socket *zg_call_find(struct zg_thread *t, uintptr_t handle);
struct zg_way zg_way_in_slow(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op);

ZG_INLINE struct zg_way zg_way_in(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op)
{
    struct zg_thread *t = zg_thread_self_or_null;
    uint32_t i = zg_call_cache_index(handle);
    struct zg_socket *s;
    zg_stack_id stack;

    if (caller - zg_lib_ranges.first_start < zg_lib_ranges.first_end - zg_lib_ranges.first_start &&
        zg_lib_ranges.first->fn[op] != NULL)
        return (struct zg_way){.real = zg_lib_ranges.first->fn[op]};
    if (zg_unlikely(zg_lib_is_libzmq(caller)))
        return zg_way_internal(caller, op);
    if (zg_unlikely(t == NULL || (t->ignore | t->busy) != 0 || !zg_fork_page->live))
        return zg_way_in_slow(handle, caller, frame, op);
    s = t->sockets[i].socket;
    if (zg_unlikely(t->sockets[i].handle != handle) && (s = zg_call_find(t, handle)) == NULL)
        return zg_way_in_slow(handle, caller, frame, op);
    stack = zg_stack_take(&t->stacks, caller, frame);
    if (zg_unlikely(!zg_owned_enter(&s->owned, &t->actor, handle) || s->lib->fn[op] == NULL))
        return zg_way_in_slow(handle, caller, frame, op);
    zg_owned_note(&s->owned, &t->actor, zg_use_make(op, stack), frame);
    if (zg_unlikely(s->owned.calls <= 8 || (s->owned.calls & 63) == 0))
        zg_call_time(&s->owned);
    return (struct zg_way){.socket = s, .real = s->lib->fn[op]};
}

ZG_INLINE void zg_way_out(const struct zg_way *way)
{
    if (zg_likely(way->socket != NULL))
        zg_owned_leave(&way->socket->owned, &zg_thread_self_or_null->actor);
}

#define ZG_WAY(name, handle, function)                                                             \
    struct zg_way name ZG_CLEANUP(zg_way_out) =                                                    \
        zg_way_in((uintptr_t)(handle), ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS(), ZG_OP_##function)
#define ZG_WAY_REAL(way, function) ((__typeof__(&(function)))(way).real)

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

/* After the real call that ended the object: leaves, and the record may be given up, much later. */
void zg_call_bury(struct zg_call *call);

/* One more object that the call uses as long as it runs; call->thread is not NULL. An object that
 * the call has entered already stays so. io: it may send, receive or wait. */
void zg_call_enter_one(struct zg_call *call, uintptr_t handle, bool io);
void zg_call_leave_one(const struct zg_call *call, uintptr_t handle);

/*
 * A call that uses several sockets for as long as it runs: zmq_poll's items, a proxy's ends. The
 * handles stand `stride` bytes apart; NULL ones are skipped, one that stands there twice is
 * entered once.
 */
struct zg_calls {
    struct zg_call call; /* .socket is not used */
    const char *first;
    size_t stride;
    size_t count;
};
void zg_calls_enter(struct zg_calls *calls);
void zg_calls_leave(struct zg_calls *calls);
#define ZG_CALLS(name, handles, step, n, function)                                                 \
    struct zg_calls name ZG_CLEANUP(zg_calls_leave) = {.call = {.caller = ZG_RETURN_ADDRESS(),     \
                                                                .frame = ZG_FRAME_ADDRESS(),       \
                                                                .op = ZG_OP_##function},           \
                                                       .first = (const char *)(handles),           \
                                                       .stride = (step),                           \
                                                       .count = (n)};                              \
    zg_calls_enter(&(name))

/* hook/judge.c: what a slow entry means under the policy. Reports, when it is a breach. Returns
 * true when the entry is to be tried again. */
bool zg_judge(struct zg_call *call, struct zg_socket *s, uintptr_t handle, enum zg_entry entry,
              const struct zg_prior *prior);

#endif
