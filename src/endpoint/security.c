/* SPDX-License-Identifier: MPL-2.0 */
/* tcp and ws endpoints, and security options that do not do what was meant. */
#include "endpoint/security.h"

#include <errno.h>

#include "base/str.h"
#include "endpoint/endpoint.h"
#include "endpoint/ipc.h"
#include "host/lib.h"
#include "host/zmq_api.h"

/* Of zmq.h. */
enum { MECHANISM = 43, USE_FD = 89 };
enum { MECHANISM_NULL, MECHANISM_PLAIN, MECHANISM_CURVE, MECHANISM_UNKNOWN = -1 };

static int mechanism_of(const struct zg_socket *s)
{
    __typeof__(&zmq_getsockopt) ask = (__typeof__(&zmq_getsockopt))s->lib->fn[ZG_OP_zmq_getsockopt];
    int value = MECHANISM_UNKNOWN;
    size_t len = sizeof(value);

    if (ask == NULL || ask((void *)s->owned.handle, MECHANISM, &value, &len) != 0)
        return MECHANISM_UNKNOWN;
    return value;
}

static bool has_zap(const struct zg_socket *s)
{
    return (s->security & ZG_SECURITY_ZAP) != 0 && s->context != NULL &&
           zg_zap_is_bound(s->context, s->context->number);
}

static void judge_port(const struct zg_notice *n, const char *uri)
{
    bool loopback = zg_address_is_loopback(zg_uri_address(uri));
    int mechanism = mechanism_of(n->socket);
    const char *type = zg_socket_type_name(n->socket->type);

    if (mechanism == MECHANISM_NULL && !has_zap(n->socket))
        zg_report_plain(n, loopback ? ZG_KIND_TCP_NULL_LOOPBACK : ZG_KIND_TCP_NULL_PUBLIC, uri,
                        "zmq_bind() of a %s socket to %S without authentication: %s can connect",
                        type, uri, loopback ? "any local user" : "whoever reaches the port");
    if (mechanism == MECHANISM_PLAIN && !loopback)
        zg_report_plain(n, ZG_KIND_PLAIN_PUBLIC, uri,
                        "zmq_bind() of a %s socket to %S: passwords cross the network in clear",
                        type, uri);
}

static void judge_inproc(const struct zg_notice *n, const char *uri)
{
    struct zg_socket *s = n->socket;

    if ((s->security & ZG_SECURITY_GROUPS) == 0 || (s->security & ZG_SECURITY_INPROC_SAID) != 0)
        return;
    s->security |= ZG_SECURITY_INPROC_SAID;
    zg_report_plain(n, ZG_KIND_SECURITY_ON_INPROC, uri,
                    "security options have no effect on %S of a %s socket", uri,
                    zg_socket_type_name(s->type));
}

void zg_security_bound(const struct zg_notice *n, enum zg_transport transport, const char *uri)
{
    if (transport == ZG_TRANSPORT_TCP || transport == ZG_TRANSPORT_WS)
        judge_port(n, uri);
    if (transport == ZG_TRANSPORT_INPROC)
        judge_inproc(n, uri);
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

void zg_endpoint_option(struct zg_thread *t, struct zg_socket *s, int option, const void *value,
                        size_t len, int rc)
{
    struct zg_notice n = {t, s, ZG_OP_zmq_setsockopt, zg_use_stack(s->owned.use), NULL};
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
        zg_report_plain(&n, ZG_KIND_SECURITY_LATE, "",
                        "zmq_setsockopt() of a security option on a %s socket that is bound or "
                        "connected already",
                        zg_socket_type_name(s->type));
    }
    errno = saved;
}
