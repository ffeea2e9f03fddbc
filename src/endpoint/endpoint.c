/* SPDX-License-Identifier: MPL-2.0 */
/* One bind or connect from its beginning to its end. */
#include "endpoint/endpoint.h"

#include <errno.h>

#include "base/str.h"
#include "endpoint/bind.h"
#include "endpoint/file.h"
#include "endpoint/peer.h"
#include "endpoint/security.h"
#include "host/zmq_api.h"

#define LAST_ENDPOINT 32 /* ZMQ_LAST_ENDPOINT */

static struct zg_notice notice_of(const struct zg_call *call)
{
    return (struct zg_notice){
        .thread = call->thread,
        .socket = zg_call_known(call),
        .op = call->op,
        .stack = call->stack,
    };
}

static void add_endpoint(struct zg_socket *s, const char *uri, bool bound,
                         const struct zg_listener *l)
{
    uint32_t mode = l != NULL && l->has_file ? l->mode : ZG_ENDPOINT_NO_MODE;

    zg_endpoints_add(&s->endpoints, uri, bound, mode,
                     zg_security_lacks(s->security, zg_uri_transport(uri)));
}

void zg_endpoint_leave(struct zg_call *call)
{
    int saved = errno;

    zg_call_leave(call);
    zg_findings_write_kept();
    errno = saved;
}

void zg_endpoint_binding(const struct zg_call *call, const char *uri)
{
    int saved = errno;

    zg_bind_begin(&(struct zg_bind_scope){
        .thread = call->thread,
        .socket = zg_call_known(call),
        .uri = uri,
        .transport = zg_uri_transport(uri),
        .stack = call->stack,
    });
    errno = saved;
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

static void bound(const struct zg_call *call, struct zg_listener *l, const char *uri)
{
    struct zg_notice n = notice_of(call);
    enum zg_transport transport = zg_uri_transport(uri);
    char text[ZG_ENDPOINT_URI];
    const char *name =
        transport == ZG_TRANSPORT_INPROC ? uri : resolved(n.socket, uri, text, sizeof(text));

    if (l != NULL)
        (void)zg_str_copy(l->resolved, sizeof(l->resolved), name);
    add_endpoint(n.socket, name, true, l);
    zg_security_bound(&n, transport, uri, name);
}

void zg_endpoint_bound(const struct zg_call *call, const char *uri, int rc)
{
    int saved = errno;
    struct zg_bind_scope scope = zg_bind_end(rc == 0);

    if (rc == 0)
        bound(call, scope.listener, uri);
    errno = saved;
}

void zg_endpoint_connecting(const struct zg_call *call, const char *uri)
{
    if (zg_uri_transport(uri) == ZG_TRANSPORT_IPC)
        zg_peer_connecting(call->thread, zg_call_known(call), uri, call->stack);
}

void zg_endpoint_connected(const struct zg_call *call, const char *uri, bool ok)
{
    struct zg_notice n = notice_of(call);
    int saved = errno;

    if (!ok)
        return;
    add_endpoint(n.socket, uri, false, NULL);
    zg_security_connected(&n, zg_uri_transport(uri), uri);
    errno = saved;
}

static bool is_named(const struct zg_listener *l, const char *uri)
{
    return zg_str_equal(l->resolved, uri) || zg_str_equal(l->uri, uri);
}

/* The last look, and from here on the file is nobody's: binding the path again is no robbery.
 * uri: NULL means every listener of the socket. */
static void leave(const struct zg_notice *n, const char *uri)
{
    struct zg_listener *l = NULL;

    while ((l = zg_listener_of(n->socket->number, l)) != NULL) {
        if (l->closing || !(uri == NULL || is_named(l, uri)))
            continue;
        zg_file_look_again(n, l, ZG_LOOK_NOW);
        __atomic_store_n(&l->closing, true, __ATOMIC_RELAXED);
    }
}

void zg_endpoint_unbinding(const struct zg_call *call, const char *uri)
{
    struct zg_notice n = notice_of(call);
    int saved = errno;

    leave(&n, uri);
    errno = saved;
}

void zg_endpoint_ended(const struct zg_call *call, const char *uri, bool bound, int rc)
{
    struct zg_socket *s = zg_call_known(call);
    int saved = errno;

    if (rc != 0)
        return;
    zg_endpoints_remove(&s->endpoints, uri, bound);
    if (bound)
        zg_security_unbound(s, uri);
    errno = saved;
}

void zg_endpoint_closing(const struct zg_call *call)
{
    struct zg_notice n = notice_of(call);
    int saved = errno;

    leave(&n, NULL);
    zg_security_unbound(n.socket, NULL);
    errno = saved;
}
