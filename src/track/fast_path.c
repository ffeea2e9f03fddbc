/* SPDX-License-Identifier: MPL-2.0 */
/* The general path of sends and receives, and the hints that lead to the fast one. */
#include "track/fast_path.h"

#include "host/handles.h"
#include "model/inproc.h"

/* libzmq's call to itself: straight on. */
static struct zg_slow_call internal(uintptr_t caller, uint32_t op)
{
    const struct zg_lib *lib = zg_lib_at(caller);
    struct zg_slow_call slow = {.real = lib != NULL ? lib->fn[op] : NULL};

    if (slow.real == NULL)
        slow.real = zg_call_missing(op);
    return slow;
}

/* The functions that are called by a hint, without a look whether they are there. */
static bool has_io_functions(const struct zg_lib *lib)
{
    return lib->fn[ZG_OP_zmq_send] != NULL && lib->fn[ZG_OP_zmq_recv] != NULL &&
           lib->fn[ZG_OP_zmq_msg_send] != NULL && lib->fn[ZG_OP_zmq_msg_recv] != NULL;
}

/* A place goes to another call site when it was wanted so often in a row: a thread that goes round
 * through more sockets than there are places would only exchange them. */
#define PATIENCE 8U

/* Shall another call site keep the place? Not one whose socket is gone. */
static bool is_taken(struct zg_thread *t, struct zg_call_site *site, const struct zg_socket *s)
{
    if (site->socket == s || site->word == 0 ||
        __atomic_load_n(&site->socket->owned.word, __ATOMIC_RELAXED) != site->word)
        return false;
    zg_call_sites_grow(t);
    return ++site->missed < PATIENCE;
}

/* Makes the next call like this one a fast one. The socket is entered. */
static void hint(struct zg_thread *t, struct zg_socket *s, uintptr_t caller, uintptr_t frame,
                 uint32_t op)
{
    struct zg_call_site *site = zg_call_site_of(t, s->owned.handle, caller);
    uint64_t word = __atomic_load_n(&s->owned.word, __ATOMIC_RELAXED);
    const struct zg_cached_stack *m;

    /* A receive on a socket of both kinds may be of either. */
    if (is_taken(t, site, s) || (s->outside && s->inproc != NULL))
        return;
    /* A cache of stacks that was exchanged for a larger one serves another thread. */
    if (t->sites_stacks != t->stacks)
        zg_call_sites_clear(t);
    /* Sends and receives alone: the socket is known to be used so. */
    if (zg_ops[op].class != ZG_CLASS_IO || !zg_fence_asymmetric)
        return;
    if ((word & ZG_OWNED_PLAIN) != t->actor.id || t->stacks == NULL || !has_io_functions(s->lib))
        return;
    m = zg_cached_stack_of(t->stacks, caller, frame);
    if (m == NULL)
        return;
    s->owned.io = true;
    zg_inproc_resume(&t->actor, s);
    *site = (struct zg_call_site){.socket = s, .word = word, .cached = m};
}

/* What the thread knew under the handle before, for zg_life_stale(), if its cache of records has
 * another there: calls that go by a hint do not look into that. */
static void keep_displaced(uintptr_t handle, uintptr_t caller)
{
    struct zg_thread *t = zg_thread_self_or_null;
    const struct zg_socket *s;
    struct zg_socket *known;

    if (t == NULL || t->sockets[zg_call_cache_index(handle)].handle == handle)
        return;
    s = zg_handles_find(handle);
    known = zg_call_site_of(t, handle, caller)->socket;
    if (s != NULL && known != s && known == s->previous) {
        t->displaced = known;
        t->displaced_handle = handle;
    }
}

static zg_function *function_of(const struct zg_lib *lib, uint32_t op)
{
    zg_function *function = lib != NULL ? lib->fn[op] : NULL;

    return zg_likely(function != NULL) ? function : zg_call_missing(op);
}

struct zg_slow_call zg_slow_enter(uintptr_t handle, uintptr_t caller, uintptr_t frame, uint32_t op)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = op};

    if (zg_unlikely(zg_lib_is_libzmq(caller)))
        return internal(caller, op);
    keep_displaced(handle, caller);
    zg_call_enter(&call, handle);
    if (zg_likely(call.socket != NULL))
        hint(call.thread, call.socket, caller, frame, op);
    return (struct zg_slow_call){.socket = call.socket, .real = function_of(call.lib, op)};
}
