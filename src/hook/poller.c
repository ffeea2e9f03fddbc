/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Pollers: one thread at a time (zmq_poller(3)), and a wait uses every registered socket that is
 * not thread-safe for as long as it runs. Draft functions; host/patch.h says how they get here.
 */
#include <errno.h>

#include "base/arena.h"
#include "hook/timers.h"
#include "host/handles.h"
#include "host/outside.h"
#include "model/inproc.h"
#include "track/call.h"
#include "track/object.h"
#include "track/provoke.h"

/* A socket that stands in a poller. Written by who is inside the poller's call. Type-stable: who
 * breaks the rule and walks a list that changes reads a record of this kind still. */
struct zg_registered {
    uintptr_t handle;
    struct zg_registered *next; /* list, newest first; pool link: last word */
};

#define MOST 65536U /* registered in one poller, for a walk through a list that changes */

static struct zg_pool registered = ZG_POOL(struct zg_registered, 0);

/* What stands in a poller counts, however it came there: within ZMQGUARD_IGNORE too. */
static struct zg_socket *record_of(const struct zg_call *call, const void *poller)
{
    return call->socket == NULL && call->ignoring != NULL
               ? zg_handles_find(zg_object_key(poller, ZG_WHAT_POLLER))
               : call->socket;
}

static void note_added(const struct zg_call *call, const void *poller, const void *socket)
{
    struct zg_socket *s = record_of(call, poller);
    struct zg_registered *r = s != NULL ? zg_pool_get(&registered) : NULL;

    if (r == NULL)
        return;
    r->handle = (uintptr_t)socket;
    r->next = s->registered;
    s->registered = r;
}

static void note_removed(const struct zg_call *call, const void *poller, const void *socket)
{
    struct zg_socket *s = record_of(call, poller);
    struct zg_registered **link = s != NULL ? &s->registered : NULL;
    struct zg_registered *r;

    if (link == NULL)
        return;
    while (*link != NULL && (*link)->handle != (uintptr_t)socket)
        link = &(*link)->next;
    r = *link;
    if (r == NULL)
        return;
    *link = r->next;
    zg_pool_put(&registered, r);
}

static void drop_all(struct zg_socket *poller)
{
    struct zg_registered *r = poller->registered;

    poller->registered = NULL;
    while (r != NULL) {
        struct zg_registered *next = r->next;

        zg_pool_put(&registered, r);
        r = next;
    }
}

/* The sockets that a call on a poller uses beside it: one, or all registered ones. */
struct uses {
    struct zg_call *call;
    uintptr_t one;
    bool all;
};

static void enter_uses(struct uses *u)
{
    int saved = errno;
    const struct zg_registered *r = u->all ? u->call->socket->registered : NULL;

    if (u->one != 0)
        zg_call_enter_one(u->call, u->one, false);
    for (uint32_t n = 0; r != NULL && n < MOST; n++, r = r->next)
        zg_call_enter_one(u->call, r->handle, true);
    errno = saved;
}

static void leave_uses(struct uses *u)
{
    const struct zg_registered *r = u->all ? u->call->socket->registered : NULL;

    if (u->one != 0)
        zg_call_leave_one(u->call, u->one);
    for (uint32_t n = 0; r != NULL && n < MOST; n++, r = r->next)
        zg_call_leave_one(u->call, r->handle);
}

static struct uses uses_of(struct zg_call *call, void *socket, bool all)
{
    if (call->socket != NULL && all)
        call->socket->owned.io = true;
    return (struct uses){.call = call,
                         .one = call->thread != NULL ? (uintptr_t)socket : 0,
                         .all = all && call->socket != NULL};
}

/* Left like the call itself, and before it. */
#define USES(call, socket, all)                                                                    \
    struct uses uses ZG_CLEANUP(leave_uses) = uses_of(&(call), (socket), (all));                   \
    enter_uses(&uses)

void *zg_hook_poller_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = ZG_OP_zmq_poller_new};

    zg_call_begin(&call, lib);
    return zg_object_made(&call, ZG_WHAT_POLLER, ZG_REAL_DRAFT(call, zmq_poller_new)());
}

void *zg_hook_zmq_poller_new(void)
{
    return zg_hook_poller_new(NULL, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
}

int zg_hook_zmq_poller_destroy(void **poller)
{
    int rc;

    ZG_CALL(call, zg_object_key_at(poller, ZG_WHAT_POLLER), zmq_poller_destroy);
    zg_object_ending(&call);
    rc = ZG_REAL_DRAFT(call, zmq_poller_destroy)(poller);
    if (call.socket != NULL)
        drop_all(call.socket);
    zg_object_ended(&call);
    return rc;
}

int zg_hook_zmq_poller_size(void *poller)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_size);
    return ZG_REAL_DRAFT(call, zmq_poller_size)(poller);
}

int zg_hook_zmq_poller_add(void *poller, void *socket, void *data, short events)
{
    int rc;

    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_add);
    USES(call, socket, false);
    rc = ZG_REAL_DRAFT(call, zmq_poller_add)(poller, socket, data, events);
    if (rc == 0)
        note_added(&call, poller, socket);
    return rc;
}

int zg_hook_zmq_poller_modify(void *poller, void *socket, short events)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_modify);
    USES(call, socket, false);
    return ZG_REAL_DRAFT(call, zmq_poller_modify)(poller, socket, events);
}

int zg_hook_zmq_poller_remove(void *poller, void *socket)
{
    int rc;

    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_remove);
    USES(call, socket, false);
    rc = ZG_REAL_DRAFT(call, zmq_poller_remove)(poller, socket);
    if (rc == 0)
        note_removed(&call, poller, socket);
    return rc;
}

/* zmq_poller_event_t. */
struct event {
    void *socket;
    int fd;
    void *user_data;
    short events;
};

/* That there is a message orders its sender before who knows it, as after zmq_poll(). An event may
 * be of a descriptor, or of a socket of another transport than inproc. */
static void learn(const struct zg_call *call, const struct event *events, int count)
{
    for (int i = 0; events != NULL && i < count; i++) {
        struct zg_socket *s = zg_handles_find((uintptr_t)events[i].socket);

        if ((events[i].events & ZG_ZMQ_POLLIN) == 0)
            continue;
        if (call->thread == NULL) {
            zg_ignored_receive(events[i].socket);
            continue;
        }
        if (s != NULL && zg_call_has_entered(call, s))
            (void)zg_inproc_after_recv(&call->thread->actor, s, 0);
        if (s == NULL || s->inproc == NULL || s->outside)
            zg_outside_received(call->thread, "zmq_poller_wait");
    }
}

/* Holds the wait open, if the poller or one of its sockets is due. */
static void provoke(const struct zg_call *call, long timeout)
{
    const struct zg_registered *r = call->socket != NULL ? call->socket->registered : NULL;

    if (call->socket == NULL || zg_provoke(call, call->socket, timeout))
        return;
    for (uint32_t n = 0; r != NULL && n < MOST; n++, r = r->next) {
        struct zg_socket *s = zg_call_record(call->thread, r->handle);

        if (s != NULL && zg_call_has_entered(call, s) && zg_provoke(call, s, timeout))
            return; /* one hold a call */
    }
}

int zg_hook_zmq_poller_wait(void *poller, void *event, long timeout)
{
    int rc;

    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_wait);
    USES(call, NULL, true);
    provoke(&call, timeout);
    rc = ZG_REAL_DRAFT(call, zmq_poller_wait)(poller, event, timeout);
    learn(&call, event, rc == 0 ? 1 : 0);
    return rc;
}

int zg_hook_zmq_poller_wait_all(void *poller, void *events, int count, long timeout)
{
    int rc;

    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_wait_all);
    USES(call, NULL, true);
    provoke(&call, timeout);
    rc = ZG_REAL_DRAFT(call, zmq_poller_wait_all)(poller, events, count, timeout);
    learn(&call, events, rc < count ? rc : count);
    return rc;
}

int zg_hook_zmq_poller_fd(void *poller, int *fd)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_fd);
    return ZG_REAL_DRAFT(call, zmq_poller_fd)(poller, fd);
}

int zg_hook_zmq_poller_add_fd(void *poller, int fd, void *data, short events)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_add_fd);
    return ZG_REAL_DRAFT(call, zmq_poller_add_fd)(poller, fd, data, events);
}

int zg_hook_zmq_poller_modify_fd(void *poller, int fd, short events)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_modify_fd);
    return ZG_REAL_DRAFT(call, zmq_poller_modify_fd)(poller, fd, events);
}

int zg_hook_zmq_poller_remove_fd(void *poller, int fd)
{
    ZG_CALL(call, zg_object_key(poller, ZG_WHAT_POLLER), zmq_poller_remove_fd);
    return ZG_REAL_DRAFT(call, zmq_poller_remove_fd)(poller, fd);
}
