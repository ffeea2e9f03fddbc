/* SPDX-License-Identifier: MPL-2.0 */
/* The life of a socket: made, configured, bound and connected, closed. */
#include <errno.h>

#include "base/str.h"
#include "endpoint/endpoint.h"
#include "host/contexts.h"
#include "host/guard.h"
#include "host/handles.h"
#include "host/outside.h"
#include "model/inproc.h"
#include "model/sync.h"
#include "report/counters.h"
#include "track/call.h"
#include "track/life.h"

/* A type may be declared thread-safe by a libzmq that is newer than the guard: asks it. */
static bool is_thread_safe(const struct zg_lib *lib, void *socket, int type)
{
    int value = 0;
    size_t len = sizeof(value);
    __typeof__(&zmq_getsockopt) ask = (__typeof__(&zmq_getsockopt))lib->fn[ZG_OP_zmq_getsockopt];

    if (type <= 11 || ask == NULL) /* ZMQ_STREAM: the last type of the stable API */
        return false;
    return ask(socket, ZG_ZMQ_THREAD_SAFE, &value, &len) == 0 ? value != 0
                                                              : zg_socket_type_is_thread_safe(type);
}

static void remember(const struct zg_call *call, struct zg_context *context, void *socket, int type)
{
    int saved = errno;
    struct zg_socket seed = {.lib = call->lib,
                             .context = context,
                             .linger = context != NULL && context->not_blocky ? 0 : -1,
                             .type = (int16_t)type,
                             .what = ZG_WHAT_SOCKET,
                             .created_at = call->stack};
    uint64_t flags = is_thread_safe(call->lib, socket, type) ? ZG_OWNED_UNCHECKED : 0;
    struct zg_socket *s;

    zg_count(ZG_COUNT_INTERCEPTED);
    s = zg_handles_add(&seed, &zg_call_who(call)->actor, (uintptr_t)socket, flags);
    if (s != NULL)
        zg_owned_stamp(&s->owned, zg_sys_now(), zg_sys_coarse());
    else
        zg_count(ZG_COUNT_UNTRACKED);
    errno = saved;
}

void *zmq_socket(void *context, int type)
{
    struct zg_context *c = zg_contexts_find((uintptr_t)context);
    struct zg_call call = {
        .caller = ZG_RETURN_ADDRESS(), .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_zmq_socket};
    struct zg_thread *who;
    void *socket;

    zg_call_begin(&call, c != NULL ? c->lib : NULL);
    who = zg_call_who(&call);
    if (who != NULL)
        zg_sync_activate();
    if (call.thread != NULL)
        zg_life_context(&call, c);
    /* The first socket of a context starts the I/O threads and the reaper (src/ctx.cpp). */
    if (who != NULL)
        who->making++;
    socket = ZG_REAL(call, zmq_socket)(context, type);
    if (who != NULL)
        who->making--;
    if (socket != NULL && who != NULL)
        remember(&call, c, socket, type);
    else if (socket != NULL && !zg_lib_is_internal(call.caller))
        zg_handles_unknown((uintptr_t)socket);
    return socket;
}

static int close_unchecked(const struct zg_call *call, void *socket)
{
    struct zg_socket *s = zg_ignored_close(call, socket);
    int rc = ZG_REAL(*call, zmq_close)(socket);

    if (s != NULL)
        zg_handles_bury(s);
    return rc;
}

int zmq_close(void *socket)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_close);
    if (zg_call_known(&call) != NULL)
        zg_endpoint_closing(&call);
    if (call.socket == NULL)
        return close_unchecked(&call, socket);
    zg_inproc_detached(call.socket);
    /* Before the real close: once it has begun, another thread may get the same address. */
    zg_handles_closing(call.socket, &call.thread->actor, call.stack);
    rc = ZG_REAL(call, zmq_close)(socket);
    zg_call_bury(&call);
    return rc;
}

int zmq_setsockopt(void *socket, int option, const void *value, size_t len)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_setsockopt);
    /* A subscription is a message: an XPUB receives it. */
    if (option == ZG_ZMQ_SUBSCRIBE || option == ZG_ZMQ_UNSUBSCRIBE) {
        if (call.socket != NULL)
            zg_inproc_before_send(&call.thread->actor, call.socket);
        else
            zg_ignored_send(socket);
    }
    rc = ZG_REAL(call, zmq_setsockopt)(socket, option, value, len);
    if (call.socket != NULL && option == ZG_ZMQ_LINGER && rc == 0 && len == sizeof(int))
        call.socket->linger = *(const int *)value;
    if (zg_call_known(&call) != NULL)
        zg_endpoint_option(&call, option, value, len, rc);
    return rc;
}

/* In a child of a fork, by nobody's fault: destructors ask their socket whether it is one still
 * (pyzmq's `closed`), and a type is a constant. NULL: not so. */
static zg_function *real_for_type(const void *socket)
{
    const struct zg_socket *s;

    zg_fork_look();
    s = zg_handles_find((uintptr_t)socket);
    return s != NULL && __atomic_load_n(&s->life, __ATOMIC_ACQUIRE) == ZG_LIFE_FORKED
               ? s->lib->fn[ZG_OP_zmq_getsockopt]
               : NULL;
}

ZG_NOINLINE static int app_getsockopt(void *socket, int option, void *value, size_t *len,
                                      uintptr_t caller, uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_getsockopt, caller, frame);
    /* An event loop waits by these two. */
    if (slow.socket != NULL && (option == ZG_ZMQ_EVENTS || option == ZG_ZMQ_FD))
        slow.socket->owned.io = true;
    rc = ZG_SLOW_REAL(slow, zmq_getsockopt)(socket, option, value, len);
    /* That there is a message is all that some want to know. */
    if (option != ZG_ZMQ_EVENTS || rc != 0 || *len != sizeof(int) ||
        (*(const int *)value & ZG_ZMQ_POLLIN) == 0)
        return rc;
    if (slow.socket == NULL) {
        zg_ignored_receive(socket);
        return rc;
    }
    if (slow.socket->inproc == NULL || slow.socket->outside)
        zg_outside_received(zg_thread_self_or_null, "zmq_getsockopt(ZMQ_EVENTS)");
    return zg_inproc_after_recv(&zg_thread_self_or_null->actor, slow.socket, rc);
}

int zmq_getsockopt(void *socket, int option, void *value, size_t *len)
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    zg_function *real = NULL;

    if (zg_lib_is_first(caller)) /* zmq_poll() asks each of its sockets twice */
        real = zg_lib_ranges.first->fn[ZG_OP_zmq_getsockopt];
    else if (option == ZG_ZMQ_TYPE)
        real = real_for_type(socket);
    if (real != NULL)
        return ((__typeof__(&zmq_getsockopt))real)(socket, option, value, len);
    return app_getsockopt(socket, option, value, len, caller, ZG_FRAME_ADDRESS());
}

/* Some sockets send when they meet: subscriptions, routing ids, ZMQ_PROBE_ROUTER. */
static void attach(const struct zg_call *call, zg_ignored_how *how, const char *name)
{
    how(call->socket->context, call->socket, name);
    zg_inproc_before_send(&call->thread->actor, call->socket);
}

static void attach_to(const struct zg_call *call, const void *socket, zg_ignored_how *how,
                      const char *address)
{
    if (call->socket == NULL) {
        zg_ignored_attach(socket, how, address);
        return;
    }
    if (zg_str_starts(address, "inproc://"))
        attach(call, how, address + 9);
    else
        call->socket->outside = true;
    /* Hints that are there would not see that the socket is of both kinds now. */
    if (call->socket->outside && call->socket->inproc != NULL)
        zg_call_sites_clear(call->thread);
}

int zmq_bind(void *socket, const char *address)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_bind);
    if (address != NULL)
        attach_to(&call, socket, zg_inproc_bound, address);
    if (zg_call_known(&call) == NULL || address == NULL)
        return ZG_REAL(call, zmq_bind)(socket, address);
    zg_endpoint_binding(&call, address);
    rc = ZG_REAL(call, zmq_bind)(socket, address);
    zg_endpoint_bound(&call, address, rc);
    return rc;
}

int zmq_connect(void *socket, const char *address)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_connect);
    if (address != NULL)
        attach_to(&call, socket, zg_inproc_connected, address);
    if (zg_call_known(&call) == NULL || address == NULL)
        return ZG_REAL(call, zmq_connect)(socket, address);
    zg_endpoint_connecting(&call, address);
    rc = ZG_REAL(call, zmq_connect)(socket, address);
    zg_endpoint_connected(&call, address, rc == 0);
    return rc;
}

uint32_t zg_hook_zmq_connect_peer(void *socket, const char *address)
{
    uint32_t id;

    ZG_ENDPOINT_CALL(call, socket, zmq_connect_peer);
    if (zg_call_known(&call) != NULL && address != NULL)
        zg_endpoint_connecting(&call, address);
    id = ZG_REAL_DRAFT(call, zmq_connect_peer)(socket, address);
    if (zg_call_known(&call) != NULL && address != NULL)
        zg_endpoint_connected(&call, address, id != 0);
    return id;
}

int zmq_unbind(void *socket, const char *address)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_unbind);
    if (zg_call_known(&call) == NULL || address == NULL)
        return ZG_REAL(call, zmq_unbind)(socket, address);
    zg_endpoint_unbinding(&call, address);
    rc = ZG_REAL(call, zmq_unbind)(socket, address);
    zg_endpoint_ended(&call, address, true, rc);
    return rc;
}

int zmq_disconnect(void *socket, const char *address)
{
    int rc;

    ZG_ENDPOINT_CALL(call, socket, zmq_disconnect);
    rc = ZG_REAL(call, zmq_disconnect)(socket, address);
    if (zg_call_known(&call) != NULL && address != NULL)
        zg_endpoint_ended(&call, address, false, rc);
    return rc;
}

int zg_hook_zmq_disconnect_peer(void *socket, uint32_t routing_id)
{
    ZG_CALL(call, socket, zmq_disconnect_peer);
    return ZG_REAL_DRAFT(call, zmq_disconnect_peer)(socket, routing_id);
}

int zg_hook_zmq_join(void *socket, const char *group)
{
    ZG_CALL(call, socket, zmq_join);
    return ZG_REAL_DRAFT(call, zmq_join)(socket, group);
}

int zg_hook_zmq_leave(void *socket, const char *group)
{
    ZG_CALL(call, socket, zmq_leave);
    return ZG_REAL_DRAFT(call, zmq_leave)(socket, group);
}

int zg_hook_zmq_socket_get_peer_state(void *socket, const void *routing_id, size_t size)
{
    ZG_CALL(call, socket, zmq_socket_get_peer_state);
    return ZG_REAL_DRAFT(call, zmq_socket_get_peer_state)(socket, routing_id, size);
}

int zg_hook_zmq_socket_monitor_pipes_stats(void *socket)
{
    ZG_CALL(call, socket, zmq_socket_monitor_pipes_stats);
    return ZG_REAL_DRAFT(call, zmq_socket_monitor_pipes_stats)(socket);
}

/* Locked inside of libzmq (socket_base_t::_monitor_sync since 4.2.0) and called by design from
 * other threads than the owner (CZMQ's zmonitor): never a use, only the right copy is needed. */
static void begin_soft(struct zg_call *call, void *socket)
{
    struct zg_socket *s = zg_handles_find((uintptr_t)socket);

    zg_call_begin(call, s != NULL ? s->lib : NULL);
    zg_life_soft(call, s, (uintptr_t)socket);
}

int zmq_socket_monitor(void *socket, const char *address, int events)
{
    struct zg_call call = {
        .caller = ZG_RETURN_ADDRESS(), .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_zmq_socket_monitor};

    begin_soft(&call, socket);
    return ZG_REAL(call, zmq_socket_monitor)(socket, address, events);
}

int zg_hook_zmq_socket_monitor_versioned(void *socket, const char *address, uint64_t events,
                                         int version, int type)
{
    struct zg_call call = {.caller = ZG_RETURN_ADDRESS(),
                           .frame = ZG_FRAME_ADDRESS(),
                           .op = ZG_OP_zmq_socket_monitor_versioned};

    begin_soft(&call, socket);
    return ZG_REAL_DRAFT(call, zmq_socket_monitor_versioned)(socket, address, events, version,
                                                             type);
}
