/* SPDX-License-Identifier: MPL-2.0 */
/* What an endpoint's text means, and what security options mean to endpoints. */
#include "base/str.h"
#include "model/endpoint.h"

enum zg_transport zg_uri_transport(const char *uri)
{
    if (zg_str_starts(uri, "ipc://"))
        return ZG_TRANSPORT_IPC;
    if (zg_str_starts(uri, "tcp://"))
        return ZG_TRANSPORT_TCP;
    if (zg_str_starts(uri, "inproc://"))
        return ZG_TRANSPORT_INPROC;
    return zg_str_starts(uri, "ws://") || zg_str_starts(uri, "wss://") ? ZG_TRANSPORT_WS
                                                                       : ZG_TRANSPORT_OTHER;
}

const char *zg_uri_address(const char *uri)
{
    const char *p = strstr(uri, "://");

    return p == NULL ? "" : p + 3;
}

enum zg_ipc_form zg_ipc_form(const char *address)
{
    switch (address[0]) {
    case '/':
        return ZG_IPC_ABSOLUTE;
    case '@':
        return ZG_IPC_ABSTRACT;
    case '*': /* libzmq looks at the first character only (ipc_listener.cpp) */
        return ZG_IPC_WILDCARD;
    default:
        return ZG_IPC_RELATIVE;
    }
}

/* Four numbers of 0..255 with dots, of which the first is 127. */
static bool is_loopback_v4(const char *s, size_t n)
{
    size_t from = 0;
    uint64_t first = 0;
    int parts = 0;

    for (size_t i = 0; i <= n; i++) {
        uint64_t v;

        if (i < n && s[i] != '.')
            continue;
        if (zg_str_number(s + from, i - from, 10, &v) != 0 || v > 255)
            return false;
        if (parts++ == 0)
            first = v;
        from = i + 1;
    }
    return parts == 4 && first == 127;
}

static bool has_prefix(const char *s, size_t n, const char *prefix)
{
    return n >= strlen(prefix) && memcmp(s, prefix, strlen(prefix)) == 0;
}

bool zg_address_is_loopback(const char *host_port)
{
    static const char mapped[] = "[::ffff:";
    const char *end = strrchr(host_port, ':');
    size_t n = end == NULL ? 0 : (size_t)(end - host_port);

    if (n > 2 && host_port[0] == '[' && host_port[n - 1] == ']') {
        if (has_prefix(host_port, n, "[::1]") || has_prefix(host_port, n, "[::1%"))
            return true;
        return has_prefix(host_port, n, mapped) && n > sizeof(mapped) &&
               is_loopback_v4(host_port + sizeof(mapped) - 1, n - sizeof(mapped));
    }
    return is_loopback_v4(host_port, n);
}

/* Numbers as in zmq.h; they are part of libzmq's binary interface. */
enum {
    PLAIN_SERVER = 44,
    PLAIN_USERNAME = 45,
    PLAIN_PASSWORD = 46,
    CURVE_SERVER = 47,
    CURVE_PUBLICKEY = 48,
    CURVE_SECRETKEY = 49,
    CURVE_SERVERKEY = 50,
    ZAP_DOMAIN = 55,
    GSSAPI_SERVER = 62,
    GSSAPI_PRINCIPAL = 63,
    GSSAPI_SERVICE_PRINCIPAL = 64,
    ZAP_ENFORCE_DOMAIN = 93,
};

static uint32_t group_of(int option)
{
    switch (option) {
    case PLAIN_SERVER:
    case PLAIN_USERNAME:
    case PLAIN_PASSWORD:
    case CURVE_SERVER:
    case CURVE_SERVERKEY:
    case GSSAPI_SERVER:
    case GSSAPI_PRINCIPAL:
        return ZG_SECURITY_MECHANISM;
    case CURVE_SECRETKEY:
        return ZG_SECURITY_SECRET;
    case ZAP_DOMAIN:
        return ZG_SECURITY_ZAP_DOMAIN;
    case ZAP_ENFORCE_DOMAIN:
        return ZG_SECURITY_ZAP_ENFORCE;
    default:
        return 0;
    }
}

uint32_t zg_security_of_option(int option, bool value_is_zero, uint32_t now, uint32_t *set)
{
    uint32_t group = group_of(option);
    bool server = option == CURVE_SERVER || option == PLAIN_SERVER;

    *set = 0;
    if (group == 0)
        return now;
    if (value_is_zero)
        return now & ~(group | (server ? ZG_SECURITY_SERVER : 0));
    *set = group;
    return now | group | (server ? ZG_SECURITY_SERVER : 0);
}

/* A domain makes libzmq ask the handler; without one it lets in, unless the domain is enforced.
 * Without a domain NULL asks nobody, and the others ask unless it is enforced. */
bool zg_security_authenticates(uint32_t word, bool is_null, bool has_handler)
{
    bool is_enforced = (word & ZG_SECURITY_ZAP_ENFORCE) != 0;

    if ((word & ZG_SECURITY_ZAP_DOMAIN) != 0)
        return has_handler || is_enforced;
    return !is_null && has_handler && !is_enforced;
}

uint32_t zg_security_lacks(uint32_t now, enum zg_transport transport)
{
    return transport == ZG_TRANSPORT_INPROC ? 0 : ~now & ZG_SECURITY_GROUPS;
}
