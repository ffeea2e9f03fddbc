/* SPDX-License-Identifier: MPL-2.0 */
/* Calls that use several sockets for as long as they run: poll and proxies. */
#include "host/handles.h"
#include "host/outside.h"
#include "model/inproc.h"
#include "track/call.h"

/*
 * The fast path of zmq_poll(): the thread owns all the sockets and was the last to use each of
 * them. Every other call takes the general path.
 */
#define FAST_ITEMS 128

struct fast_poll {
    struct zg_thread *thread;
    uintptr_t frame;
    const struct zg_lib *lib; /* of one of the sockets; NULL there is none */
    size_t count;
    struct zg_socket *sockets[FAST_ITEMS]; /* entered; NULL where an item has none */
};

static void leave(struct fast_poll *fast)
{
    for (size_t i = 0; i < fast->count; i++) {
        struct zg_socket *s = fast->sockets[i];

        if (s != NULL)
            zg_owned_leave_object(&s->owned, &fast->thread->actor);
    }
    zg_owned_leave_call(&fast->thread->actor, fast->frame);
}

/* By cleanup: libzmq waits in poll(), where a thread may be cancelled. */
static void leave_fast(struct fast_poll **fast)
{
    leave(*fast);
}

ZG_INLINE bool enter_socket(struct fast_poll *fast, uintptr_t handle, uint64_t use)
{
    struct zg_thread *t = fast->thread;
    struct zg_socket *s = zg_call_record(t, handle);

    if (zg_unlikely(s == NULL || !zg_owned_enter(&s->owned, &t->actor, handle, fast->frame)))
        return false;
    fast->sockets[fast->count++] = s;
    fast->lib = s->lib;
    s->owned.io = true;
    zg_owned_note(&s->owned, &t->actor, use, fast->frame);
    if (zg_unlikely(!zg_owned_count(&s->owned)))
        zg_owned_time(&s->owned, zg_sys_now(), zg_sys_coarse());
    return true;
}

/* It is none after all: as if it had not been, but for the time of a use. */
static bool back(struct fast_poll *fast)
{
    for (size_t i = 0; i < fast->count; i++) {
        if (fast->sockets[i] != NULL)
            fast->sockets[i]->owned.left++;
    }
    leave(fast);
    return false;
}

ZG_INLINE bool enter_fast(struct fast_poll *fast, const struct zg_pollitem *items, int count)
{
    struct zg_thread *t = zg_thread_self_or_null;
    uint64_t use;

    if (zg_unlikely(t == NULL || items == NULL || count <= 0 || count > FAST_ITEMS ||
                    zg_lib_is_internal(ZG_RETURN_ADDRESS()) || zg_fork_page.live == 0 ||
                    t->actor.entering != NULL))
        return false;
    fast->thread = t;
    fast->frame = ZG_FRAME_ADDRESS();
    fast->lib = NULL;
    fast->count = 0;
    use = zg_use_make(ZG_OP_zmq_poll, zg_stack_take(&t->stacks, ZG_RETURN_ADDRESS(), fast->frame));
    for (int i = 0; i < count; i++) {
        if (items[i].socket == NULL)
            fast->sockets[fast->count++] = NULL;
        else if (zg_unlikely(!enter_socket(fast, (uintptr_t)items[i].socket, use)))
            return back(fast);
    }
    return zg_likely(fast->lib != NULL && fast->lib->fn[ZG_OP_zmq_poll] != NULL) || back(fast);
}

/* What was found by a descriptor, or on a socket of another transport than inproc. */
static void polled_outside(struct zg_thread *t, const struct zg_socket *s, int fd)
{
    if (s == NULL)
        zg_outside_found(t, "zmq_poll", fd);
    else if (s->inproc == NULL || s->outside)
        zg_outside_received(t, "zmq_poll");
}

/* That there is a message is all that some want to know. */
ZG_INLINE int polled_fast(const struct fast_poll *fast, const struct zg_pollitem *items, int rc)
{
    for (size_t i = 0; rc > 0 && i < fast->count; i++) {
        if ((items[i].revents & ZG_ZMQ_POLLIN) == 0)
            continue;
        if (fast->sockets[i] != NULL)
            (void)zg_inproc_after_recv(&fast->thread->actor, fast->sockets[i], 0);
        polled_outside(fast->thread, fast->sockets[i], items[i].fd);
    }
    return rc;
}

static int polled(const struct zg_calls *calls, const struct zg_pollitem *items, int rc)
{
    struct zg_thread *t = calls->call.thread;

    for (size_t i = 0; rc > 0 && i < calls->count; i++) {
        struct zg_socket *s;

        if ((items[i].revents & ZG_ZMQ_POLLIN) == 0)
            continue;
        if (t == NULL) {
            zg_ignored_receive(items[i].socket);
            continue;
        }
        s = items[i].socket != NULL ? zg_calls_socket(calls, i) : NULL;
        if (s != NULL)
            (void)zg_inproc_after_recv(&t->actor, s, 0);
        polled_outside(t, s, items[i].fd);
    }
    return rc;
}

ZG_NOINLINE static int slow_poll(struct zg_pollitem *items, int count, long timeout,
                                 uintptr_t caller, uintptr_t frame)
{
    int rc;

    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_poll, caller, frame);
    zg_calls_provoke(&calls, timeout);
    rc = ZG_REAL(calls.call, zmq_poll)(items, count, timeout);
    return polled(&calls, items, rc);
}

int zmq_poll(struct zg_pollitem *items, int count, long timeout)
{
    struct fast_poll fast;

    if (zg_unlikely(!enter_fast(&fast, items, count)))
        return slow_poll(items, count, timeout, ZG_HERE);
    {
        struct fast_poll *leaving ZG_CLEANUP(leave_fast) = &fast;
        __typeof__(&zmq_poll) real = (__typeof__(&zmq_poll))fast.lib->fn[ZG_OP_zmq_poll];

        return polled_fast(&fast, items, real(items, count, timeout));
    }
}

int zg_hook_zmq_ppoll(struct zg_pollitem *items, int count, long timeout, const sigset_t *mask)
{
    int rc;

    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_ppoll, ZG_HERE);
    zg_calls_provoke(&calls, timeout);
    rc = ZG_REAL_DRAFT(calls.call, zmq_ppoll)(items, count, timeout, mask);
    return polled(&calls, items, rc);
}

/* A proxy receives and sends without the public API: what goes into one of its ends comes out of
 * the others. */
static void proxied(const struct zg_calls *calls, void *const sockets[], size_t count)
{
    struct zg_socket *records[3];

    if (zg_call_who(&calls->call) == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        records[i] = zg_handles_find((uintptr_t)sockets[i]);
    zg_inproc_proxied(records, count);
}

int zmq_proxy(void *frontend, void *backend, void *capture)
{
    void *sockets[] = {frontend, backend, capture};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_proxy, ZG_HERE);
    proxied(&calls, sockets, ZG_COUNT(sockets));
    return ZG_REAL(calls.call, zmq_proxy)(frontend, backend, capture);
}

int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control)
{
    void *sockets[] = {frontend, backend, capture, control};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_proxy_steerable, ZG_HERE);
    proxied(&calls, sockets, ZG_COUNT(sockets) - 1);
    return ZG_REAL(calls.call, zmq_proxy_steerable)(frontend, backend, capture, control);
}

int zmq_device(int type, void *frontend, void *backend)
{
    void *sockets[] = {frontend, backend};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_device, ZG_HERE);
    proxied(&calls, sockets, ZG_COUNT(sockets));
    return ZG_REAL(calls.call, zmq_device)(type, frontend, backend);
}
