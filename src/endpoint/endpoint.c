/* SPDX-License-Identifier: MPL-2.0 */
/* What the zmq hooks tell of endpoints: the list of each socket, and the present zmq_bind(). */
#include "endpoint/endpoint.h"

#include <errno.h>

#include "base/str.h"
#include "base/table.h"
#include "endpoint/ipc.h"
#include "endpoint/security.h"
#include "host/lib.h"
#include "host/zmq_api.h"

#define LAST_ENDPOINT     32 /* ZMQ_LAST_ENDPOINT */
#define CONTEXTS_WITH_ZAP 1024
#define ZAP_URI           "inproc://zeromq.zap.01"

__thread struct zg_bind_scope zg_bind_scope;

/* Contexts whose ZAP endpoint was bound: record -> its number then. */
static struct zg_table zap_contexts = {.limit = CONTEXTS_WITH_ZAP};

static zg_stack_id stack_of(const struct zg_socket *s)
{
    return zg_use_stack(s->owned.use);
}

bool zg_zap_is_bound(const struct zg_context *c, uint32_t number)
{
    return c != NULL && (uint32_t)(uintptr_t)zg_table_find(&zap_contexts, (uintptr_t)c) == number;
}

static void add_endpoint(struct zg_socket *s, const char *uri, bool bound,
                         const struct zg_listener *l)
{
    uint32_t mode = l != NULL && l->has_file ? l->mode : ZG_ENDPOINT_NO_MODE;

    zg_endpoints_add(&s->endpoints, uri, bound, mode,
                     zg_security_lacks(s->security, zg_uri_transport(uri)));
}

void zg_endpoint_before_bind(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    zg_bind_scope = (struct zg_bind_scope){
        .thread = t,
        .socket = s,
        .uri = uri,
        .stack = stack_of(s),
    };
}

/* libzmq's own words for what was bound last; the caller's where it does not say. */
static const char *resolved(const struct zg_socket *s, const char *uri, char *out, size_t cap)
{
    __typeof__(&zmq_getsockopt) ask = (__typeof__(&zmq_getsockopt))s->lib->fn[ZG_OP_zmq_getsockopt];
    size_t len = cap;

    out[0] = '\0';
    if (ask == NULL || ask((void *)s->owned.handle, LAST_ENDPOINT, out, &len) != 0)
        return uri;
    out[cap - 1] = '\0';
    return out[0] != '\0' ? out : uri;
}

/* No listen(2) was seen: a descriptor made by somebody else (ZMQ_USE_FD), or a libzmq that does
 * not go through the hooks. */
static void bound_unseen(struct zg_bind_scope *scope)
{
    int fd = (int)(scope->socket->security >> ZG_SECURITY_FD_SHIFT) - 1;
    struct zg_listener *l = fd < 0 ? NULL : zg_ipc_listening(scope, fd);

    zg_ipc_listened(scope, l, true);
}

void zg_endpoint_after_bind(struct zg_thread *t, struct zg_socket *s, const char *uri, int rc)
{
    struct zg_bind_scope scope = zg_bind_scope;
    enum zg_transport transport = zg_uri_transport(uri);
    char text[ZG_ENDPOINT_URI];
    int saved = errno;

    zg_bind_scope.thread = NULL;
    if (rc != 0 || scope.thread != t || scope.socket != s)
        return;
    if (transport == ZG_TRANSPORT_INPROC) {
        if (zg_str_equal(uri, ZAP_URI) && s->context != NULL)
            (void)zg_table_put(&zap_contexts, (uintptr_t)s->context,
                               (void *)(uintptr_t)s->context->number);
        add_endpoint(s, uri, true, NULL);
    } else {
        if (transport == ZG_TRANSPORT_IPC && scope.listener == NULL)
            bound_unseen(&scope);
        uri = resolved(s, uri, text, sizeof(text));
        if (scope.listener != NULL)
            (void)zg_str_copy(scope.listener->resolved, sizeof(scope.listener->resolved), uri);
        add_endpoint(s, uri, true, scope.listener);
    }
    zg_security_bound(&(struct zg_notice){t, s, ZG_OP_zmq_bind, scope.stack, NULL}, transport, uri);
    errno = saved;
}

void zg_endpoint_before_connect(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    if (zg_uri_transport(uri) == ZG_TRANSPORT_IPC)
        zg_ipc_connecting(t, s, uri);
}

void zg_endpoint_after_connect(struct zg_thread *t, struct zg_socket *s, const char *uri, bool ok)
{
    int saved = errno;

    if (!ok)
        return;
    add_endpoint(s, uri, false, NULL);
    zg_security_connected(&(struct zg_notice){t, s, ZG_OP_zmq_connect, stack_of(s), NULL},
                          zg_uri_transport(uri), uri);
    errno = saved;
}

static bool is_resolved(const struct zg_listener *l, const char *uri)
{
    return zg_str_equal(l->resolved, uri) || zg_str_equal(l->uri, uri);
}

/* The last look, and from here on the file is nobody's: binding the path again is no robbery.
 * uri: NULL means every listener of the socket. */
static void leave(const struct zg_notice *n, const char *uri)
{
    struct zg_listener *l = NULL;

    while ((l = zg_listener_of(n->socket->number, l)) != NULL) {
        if (l->closing || !(uri == NULL || is_resolved(l, uri)))
            continue;
        zg_ipc_look_again(n, l, true);
        __atomic_store_n(&l->closing, true, __ATOMIC_RELAXED);
    }
}

void zg_endpoint_before_unbind(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    int saved = errno;

    leave(&(struct zg_notice){t, s, ZG_OP_zmq_unbind, stack_of(s), NULL}, uri);
    errno = saved;
}

void zg_endpoint_ended(struct zg_socket *s, const char *uri, bool bound, int rc)
{
    int saved = errno;

    if (rc == 0)
        zg_endpoints_remove(&s->endpoints, uri, bound);
    errno = saved;
}

void zg_endpoint_closing(struct zg_thread *t, struct zg_socket *s)
{
    int saved = errno;

    leave(&(struct zg_notice){t, s, ZG_OP_zmq_close, stack_of(s), NULL}, NULL);
    errno = saved;
}
