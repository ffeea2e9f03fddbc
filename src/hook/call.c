/* SPDX-License-Identifier: MPL-2.0 */
/* The slow half of a call: finding the record, several sockets at once, missing functions. */
#include "hook/call.h"

#include <errno.h>

#include "hook/start.h"
#include "host/handles.h"
#include "report/counters.h"

void zg_call_time(struct zg_owned *o)
{
    o->timed = o->calls;
    o->time = zg_sys_now();
}

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

void zg_call_begin(struct zg_call *call, const struct zg_lib *lib)
{
    int saved = errno;

    zg_start_ensure();
    call->lib = lib != NULL ? lib : lib_of(call->caller, NULL);
    if (!zg_lib_is_internal(call->caller)) {
        if (!zg_fork_page->live)
            zg_start_in_child();
        call->thread = zg_thread_self();
        if (call->thread != NULL && (call->thread->busy | call->thread->ignore) != 0)
            call->thread = NULL;
    }
    if (call->thread != NULL) {
        zg_start_tracking();
        call->stack = zg_stack_take(&call->thread->stacks, call->caller, call->frame);
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
    struct zg_prior prior;
    enum zg_entry entry;

    do {
        if (zg_owned_enter(&s->owned, &call->thread->actor, handle))
            return true;
        entry = zg_owned_enter_slow(&s->owned, &call->thread->actor, handle, &prior);
        if (entry == ZG_ENTRY_OK)
            return true;
        /* At once: a signal handler that comes now shall see this call, not the one before. */
        if (entry == ZG_ENTRY_ADOPTED || entry == ZG_ENTRY_UNORDERED)
            s->owned.frame = call->frame;
    } while (zg_judge(call, s, handle, entry, &prior));
    return entry == ZG_ENTRY_ADOPTED || entry == ZG_ENTRY_UNORDERED;
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

/* Is the record entered by this very call (which may name a socket twice)? */
static bool is_mine(const struct zg_call *call, const struct zg_socket *s)
{
    return __atomic_load_n(&s->owned.in, __ATOMIC_RELAXED) == call->thread->actor.id &&
           s->owned.frame == call->frame;
}

/* By the thread's cache, if what stands there is the handle's still. */
static struct zg_socket *record_of(struct zg_thread *t, uintptr_t handle)
{
    uint32_t i = zg_call_cache_index(handle);
    struct zg_socket *s = t->sockets[i].socket;

    if (handle != 0 && t->sockets[i].handle == handle &&
        __atomic_load_n(&s->owned.handle, __ATOMIC_RELAXED) == handle)
        return s;
    return handle != 0 ? zg_call_find(t, handle) : NULL;
}

void zg_call_enter_one(struct zg_call *call, uintptr_t handle, bool io)
{
    struct zg_socket *s = record_of(call->thread, handle);
    struct zg_socket *first = call->socket;

    if (s == NULL || is_mine(call, s))
        return;
    call->lib = s->lib;
    if (!enter(call, s, handle))
        return;
    if (io)
        s->owned.io = true;
    call->socket = s;
    zg_call_note(call);
    call->socket = first;
}

void zg_call_leave_one(const struct zg_call *call, uintptr_t handle)
{
    struct zg_socket *s = record_of(call->thread, handle);

    if (s != NULL && is_mine(call, s))
        zg_owned_leave(&s->owned, &call->thread->actor);
}

struct zg_way zg_way_in_slow(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = op};

    zg_call_enter_slow(&call, handle);
    return (struct zg_way){
        .socket = call.socket,
        .real =
            call.lib != NULL && call.lib->fn[op] != NULL ? call.lib->fn[op] : zg_call_missing(op),
    };
}

struct zg_way zg_way_internal(uintptr_t caller, uint32_t op)
{
    const struct zg_lib *lib = zg_lib_at(caller);

    return (struct zg_way){.real = lib != NULL && lib->fn[op] != NULL ? lib->fn[op]
                                                                      : zg_call_missing(op)};
}

static uintptr_t handle_at(const struct zg_calls *calls, size_t i)
{
    return *(const uintptr_t *)(const void *)(calls->first + i * calls->stride);
}

/* Of the first handle that is known. */
static const struct zg_lib *lib_of_handles(const struct zg_calls *calls)
{
    const struct zg_socket *s = NULL;

    for (size_t i = 0; s == NULL && calls->first != NULL && i < calls->count; i++)
        s = zg_handles_find(handle_at(calls, i));
    return s != NULL ? s->lib : NULL;
}

void zg_calls_enter(struct zg_calls *calls)
{
    int saved = errno;
    struct zg_call *call = &calls->call;

    zg_call_begin(call, lib_of_handles(calls));
    for (size_t i = 0; call->thread != NULL && calls->first != NULL && i < calls->count; i++)
        zg_call_enter_one(call, handle_at(calls, i), true);
    errno = saved;
}

void zg_calls_leave(struct zg_calls *calls)
{
    for (size_t i = 0; calls->call.thread != NULL && calls->first != NULL && i < calls->count; i++)
        zg_call_leave_one(&calls->call, handle_at(calls, i));
}
