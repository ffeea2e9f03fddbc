/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The calls that come by the million: what hook/call.h does, in two halves.
 *
 * The usual call is its owner's next one from a place that it was made from before. It is found by
 * a hint of the thread's (struct zg_site), every part of which is checked, and it calls nothing
 * but the real function, so that no argument has to be saved:
 *     struct zg_usual usual = zg_usual_in(…);
 *     if (usual.socket == NULL)
 *         return other_send(…, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
 *     …
 * Every other call goes the other way, which compilers make a jump:
 *     ZG_WAY(way, socket, zmq_send, caller, frame);
 *     return ZG_WAY_REAL(way, zmq_send)(socket, buf, len, flags);
 * in a function that is ZG_APART.
 */
#ifndef ZG_HOOK_WAY_H
#define ZG_HOOK_WAY_H

#include "hook/call.h"

/* What lives across the real call. */
struct zg_way {
    struct zg_socket *socket; /* when entered, by the calling thread; else NULL */
    zg_function *real;
};

/* Any call. caller and frame: those of the hook. */
struct zg_way zg_way_in(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op);
ZG_INLINE void zg_way_out(const struct zg_way *way)
{
    if (zg_likely(way->socket != NULL))
        zg_owned_leave(&way->socket->owned, &zg_thread_self_or_null->actor);
}

/* …: caller and frame, or in the hook itself ZG_HERE. */
#define ZG_WAY(name, handle, function, ...)                                                        \
    struct zg_way name ZG_CLEANUP(zg_way_out) =                                                    \
        zg_way_in((uintptr_t)(handle), __VA_ARGS__, ZG_OP_##function)
#define ZG_WAY_REAL(way, function) ((__typeof__(&(function)))(way).real)

/* Handles are heap addresses some hundred bytes apart, callers addresses of code. */
ZG_INLINE struct zg_site *zg_site_of(struct zg_thread *t, uintptr_t handle, uintptr_t caller)
{
    uintptr_t offset = (handle ^ caller) & t->site_mask;

    _Static_assert(sizeof(struct zg_site) == 32, "the mask is one run of bits");
    return (struct zg_site *)(void *)((char *)t->sites + offset);
}

struct zg_usual {
    struct zg_socket *socket; /* entered; NULL: not the usual call */
    struct zg_thread *thread;
    uint64_t use;
};

/* A call of which the time is to be taken is not a usual one. */
ZG_INLINE struct zg_usual zg_usual_in(uintptr_t handle, uint32_t op)
{
    struct zg_thread *t = zg_thread_self_or_null;
    uintptr_t caller = ZG_RETURN_ADDRESS();
    const struct zg_stack_memo *m;
    const struct zg_site *site;
    struct zg_socket *s;

    if (zg_unlikely(t == NULL))
        return (struct zg_usual){.socket = NULL};
    site = zg_site_of(t, handle, caller);
    s = site->socket;
    if (zg_unlikely(
            zg_fork_page.live == 0 ||
            !zg_owned_enter_usual(&s->owned, &t->actor, site->word, handle, ZG_FRAME_ADDRESS())))
        return (struct zg_usual){.socket = NULL};
    /* From here on handlers leave the memos alone: zg_thread_stack(). */
    m = site->memo;
    if (zg_unlikely(!zg_stack_memo_holds(m, caller, ZG_FRAME_ADDRESS()) ||
                    !zg_owned_count(&s->owned))) {
        __atomic_store_n(&t->actor.entering, NULL, __ATOMIC_RELEASE);
        return (struct zg_usual){.socket = NULL};
    }
    zg_actor_touch(&t->actor);
    return (struct zg_usual){.socket = s, .thread = t, .use = zg_use_make(op, m->id)};
}

/* It is none after all: as if it had not been. */
ZG_INLINE void zg_usual_back(const struct zg_usual *usual)
{
    usual->socket->owned.left++;
    __atomic_store_n(&usual->thread->actor.entering, NULL, __ATOMIC_RELEASE);
}

/* zg_owned_note(). The epoch is left to the end: this thread was the last user already. */
ZG_INLINE void zg_usual_note(const struct zg_usual *usual)
{
    __atomic_store_n(&usual->socket->owned.use, usual->use, __ATOMIC_RELAXED);
}

ZG_INLINE void zg_usual_out(const struct zg_usual *usual)
{
    zg_owned_leave_usual(&usual->socket->owned, &usual->thread->actor);
}

#define ZG_USUAL(name, usual) struct zg_usual name ZG_CLEANUP(zg_usual_out) = (usual)
#define ZG_USUAL_REAL(usual, function)                                                             \
    ((__typeof__(&(function)))(usual).socket->lib->fn[ZG_OP_##function])

#endif
