/* SPDX-License-Identifier: MPL-2.0 */
/* tcp and ws endpoints, and security options that do not do what was meant. */
#include "endpoint/security.h"

#include <errno.h>

#include "base/str.h"
#include "endpoint/endpoint.h"
#include "host/zmq_api.h"

#define ZAP_URI "inproc://zeromq.zap.01"

/* Of zmq.h. */
enum { MECHANISM = 43, USE_FD = 89, BINDTODEVICE = 92 };

enum zg_mechanism zg_security_mechanism(const struct zg_socket *s)
{
    __typeof__(&zmq_getsockopt) ask = (__typeof__(&zmq_getsockopt))s->lib->fn[ZG_OP_zmq_getsockopt];
    int value = ZG_MECHANISM_UNKNOWN;
    size_t len = sizeof(value);

    if (ask == NULL || ask((void *)s->owned.handle, MECHANISM, &value, &len) != 0)
        return ZG_MECHANISM_UNKNOWN;
    return (enum zg_mechanism)value;
}

/* ZMQ_BINDTODEVICE keeps what comes by other interfaces away from every address. */
static bool is_bound_to_loopback(const struct zg_socket *s)
{
    __typeof__(&zmq_getsockopt) ask = (__typeof__(&zmq_getsockopt))s->lib->fn[ZG_OP_zmq_getsockopt];
    char device[32] = "";
    size_t len = sizeof(device) - 1;

    return ask != NULL && ask((void *)s->owned.handle, BINDTODEVICE, device, &len) == 0 &&
           zg_str_equal(device, "lo");
}

/* number: of the context when the socket was made; the record may be another's by now. */
static bool has_handler(const struct zg_context *c, uint32_t number)
{
    return c != NULL && c->number == number &&
           __atomic_load_n(&c->zap_handler, __ATOMIC_RELAXED) != 0;
}

static void report_null(const struct zg_notice *n, const struct zg_endpoint_name *name,
                        bool loopback, int16_t type)
{
    zg_report_plain(n, loopback ? ZG_KIND_TCP_NULL_LOOPBACK : ZG_KIND_TCP_NULL_PUBLIC, name,
                    "zmq_bind() of a %s socket to %S without authentication: %s can connect",
                    zg_socket_type_name(type), name->uri,
                    loopback ? "any local user" : "whoever reaches the port");
}

static void judge_port(const struct zg_notice *n, const struct zg_endpoint_name *name)
{
    const struct zg_socket *s = n->socket;
    bool loopback = zg_address_is_loopback(zg_uri_address(name->uri)) || is_bound_to_loopback(s);
    enum zg_mechanism mechanism = zg_security_mechanism(s);

    if (mechanism == ZG_MECHANISM_NULL &&
        !zg_security_authenticates(s->security, true, has_handler(s->context, s->context_number)))
        report_null(n, name, loopback, s->type);
    if (mechanism == ZG_MECHANISM_PLAIN && !loopback)
        zg_report_plain(n, ZG_KIND_PLAIN_PUBLIC, name,
                        "zmq_bind() of a %s socket to %S: passwords cross the network in clear",
                        zg_socket_type_name(s->type), name->uri);
}

bool zg_security_concerns(const struct zg_listener *l)
{
    return (l->security & ZG_SECURITY_SERVER) != 0 ||
           (l->mechanism == ZG_MECHANISM_NULL && !l->loopback &&
            (l->security & ZG_SECURITY_ZAP_DOMAIN) != 0);
}

void zg_security_peer(const struct zg_notice *n, struct zg_listener *l)
{
    bool is_null = l->mechanism == ZG_MECHANISM_NULL;
    struct zg_endpoint_name name = {l->uri, l->uri};

    if (!zg_security_concerns(l) || __atomic_load_n(&l->zap_said, __ATOMIC_RELAXED) ||
        zg_security_authenticates(l->security, is_null,
                                  has_handler(l->context, l->context_number)) ||
        __atomic_exchange_n(&l->zap_said, true, __ATOMIC_RELAXED))
        return;
    if (!is_null)
        zg_report_no_zap(n, l);
    else if (l->transport != ZG_TRANSPORT_IPC)
        report_null(n, &name, false, l->socket_type);
}

static void judge_inproc(const struct zg_notice *n, const char *uri)
{
    struct zg_endpoint_name name = {uri, uri};
    struct zg_socket *s = n->socket;

    if ((s->security & ZG_SECURITY_GROUPS) == 0 || (s->security & ZG_SECURITY_INPROC_SAID) != 0)
        return;
    s->security |= ZG_SECURITY_INPROC_SAID;
    zg_report_plain(n, ZG_KIND_SECURITY_ON_INPROC, &name,
                    "security options have no effect on %S of a %s socket", uri,
                    zg_socket_type_name(s->type));
}

void zg_security_bound(const struct zg_notice *n, enum zg_transport transport, const char *uri,
                       const char *name)
{
    struct zg_socket *s = n->socket;

    if (transport == ZG_TRANSPORT_TCP || transport == ZG_TRANSPORT_WS)
        judge_port(n, &(struct zg_endpoint_name){name, uri});
    if (transport != ZG_TRANSPORT_INPROC)
        return;
    if (s->context != NULL && zg_str_equal(uri, ZAP_URI))
        __atomic_store_n(&s->context->zap_handler, s->number, __ATOMIC_RELAXED);
    judge_inproc(n, uri);
}

void zg_security_unbound(const struct zg_socket *s, const char *uri)
{
    uint32_t own = s->number;

    if (s->context != NULL && (uri == NULL || zg_str_equal(uri, ZAP_URI)))
        (void)__atomic_compare_exchange_n(&s->context->zap_handler, &own, 0, false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void zg_security_connected(const struct zg_notice *n, enum zg_transport transport, const char *uri)
{
    if (transport == ZG_TRANSPORT_INPROC)
        judge_inproc(n, uri);
}

static bool is_zero(const void *value, size_t len)
{
    int number;

    if (value == NULL || len == 0)
        return true;
    if (len != sizeof(number))
        return false;
    memcpy(&number, value, sizeof(number));
    return number == 0;
}

static void set_use_fd(struct zg_socket *s, const void *value, size_t len)
{
    uint32_t low = ((uint32_t)1 << ZG_SECURITY_FD_SHIFT) - 1;
    int fd = -1;

    if (len == sizeof(fd) && value != NULL)
        memcpy(&fd, value, sizeof(fd));
    if (fd < -1 || fd >= (int)low)
        fd = -1;
    s->security = (s->security & low) | (uint32_t)(fd + 1) << ZG_SECURITY_FD_SHIFT;
}

void zg_endpoint_option(const struct zg_call *call, int option, const void *value, size_t len,
                        int rc)
{
    struct zg_socket *s = zg_call_known(call);
    struct zg_notice n = {call->thread, s, ZG_OP_zmq_setsockopt, call->stack, NULL};
    int saved = errno;
    uint32_t set;

    if (rc != 0)
        return;
    if (option == USE_FD)
        set_use_fd(s, value, len);
    s->security = zg_security_of_option(option, is_zero(value, len), s->security, &set);
    if (set != 0 && (s->security & ZG_SECURITY_LATE_SAID) == 0 &&
        (zg_endpoints_lack(&s->endpoints) & set) != 0) {
        s->security |= ZG_SECURITY_LATE_SAID;
        zg_report_plain(&n, ZG_KIND_SECURITY_LATE, NULL,
                        "zmq_setsockopt() of a security option on a %s socket that is bound or "
                        "connected already",
                        zg_socket_type_name(s->type));
    }
    errno = saved;
}
