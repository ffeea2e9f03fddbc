/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The two ways into a call.
 *
 * The fast path is for the owner's next call from a place that it was made from before. A hint of
 * the thread's (struct zg_call_site) leads to the socket, and every part of the hint is checked.
 * Nothing but the real function is called, so that the hook has no argument to save:
 *     fast = zg_fast_enter(...);
 *     if (fast.socket == NULL)
 *         return slow_send(..., ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
 *     ...
 * Every other call takes the general path, in a function of its own (ZG_NOINLINE), to which
 * compilers jump:
 *     ZG_SLOW_CALL(slow, socket, zmq_send, caller, frame);
 *     return ZG_SLOW_REAL(slow, zmq_send)(socket, buf, len, flags);
 */
#ifndef ZG_TRACK_FAST_PATH_H
#define ZG_TRACK_FAST_PATH_H

#include "track/call.h"

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

/* Handles are heap addresses some hundred bytes apart, callers addresses of code. */
ZG_INLINE struct zg_call_site *zg_call_site_of(struct zg_thread *t, uintptr_t handle,
                                               uintptr_t caller)
{
    uintptr_t offset = (handle ^ caller) & t->site_mask;

    _Static_assert(sizeof(struct zg_call_site) == 32, "the mask is one run of bits");
    return (struct zg_call_site *)(void *)((char *)t->sites + offset);
}

struct zg_fast_call {
    struct zg_socket *socket; /* entered; NULL: take the general path */
    struct zg_thread *thread;
    uint64_t use;
};

/* A call whose time is to be taken takes the general path. */
ZG_INLINE struct zg_fast_call zg_fast_enter(uintptr_t handle, uint32_t op)
{
    struct zg_thread *t = zg_thread_self_or_null;
    uintptr_t caller = ZG_RETURN_ADDRESS();
    const struct zg_cached_stack *m;
    const struct zg_call_site *site;
    struct zg_socket *s;

    if (zg_unlikely(t == NULL))
        return (struct zg_fast_call){.socket = NULL};
    site = zg_call_site_of(t, handle, caller);
    s = site->socket;
    if (zg_unlikely(zg_fork_page.live == 0 || !zg_owned_enter_fast(&s->owned, &t->actor, site->word,
                                                                   handle, ZG_FRAME_ADDRESS())))
        return (struct zg_fast_call){.socket = NULL};
    /* From here on handlers leave the entries alone: zg_thread_stack(). */
    m = site->cached;
    if (zg_unlikely(!zg_cached_stack_holds(m, caller, ZG_FRAME_ADDRESS()) ||
                    !zg_owned_count(&s->owned))) {
        __atomic_store_n(&t->actor.entering, NULL, __ATOMIC_RELEASE);
        return (struct zg_fast_call){.socket = NULL};
    }
    zg_actor_advance(&t->actor);
    return (struct zg_fast_call){.socket = s, .thread = t, .use = zg_use_make(op, m->id)};
}

/* It is none after all: as if it had not been. */
ZG_INLINE void zg_fast_roll_back(const struct zg_fast_call *fast)
{
    fast->socket->owned.left++;
    __atomic_store_n(&fast->thread->actor.entering, NULL, __ATOMIC_RELEASE);
}

/* zg_owned_note(). The epoch is left to the end: this thread was the last user already. */
ZG_INLINE void zg_fast_note(const struct zg_fast_call *fast)
{
    __atomic_store_n(&fast->socket->owned.use, fast->use, __ATOMIC_RELAXED);
}

ZG_INLINE void zg_fast_leave(const struct zg_fast_call *fast)
{
    zg_owned_leave_fast(&fast->socket->owned, &fast->thread->actor);
}

#define ZG_FAST_CALL(name, fast) struct zg_fast_call name ZG_CLEANUP(zg_fast_leave) = (fast)
#define ZG_FAST_REAL(fast, function)                                                               \
    ((__typeof__(&(function)))(fast).socket->lib->fn[ZG_OP_##function])

#endif
