/* SPDX-License-Identifier: MPL-2.0 */
/* Endpoints: what their text means, the list of what a socket has, and the rules for what is found
 * at an ipc endpoint. */
#include "model/endpoint.h"

#include "base/arena.h"
#include "base/str.h"

#define OTHERS_WRITE 0002U
#define OTHERS_PASS  0001U
#define GROUP_WRITE  0020U

static uint32_t bit(enum zg_issue issue)
{
    return (uint32_t)1 << issue;
}

bool zg_step_group_writes(const struct zg_step_facts *s)
{
    return s->has_acl ? s->acl_group_write : (s->mode & GROUP_WRITE) != 0;
}

/* In a sticky directory only the owners of the file and of the directory may replace it. */
static uint32_t directory_issues(const struct zg_step_facts *d, bool holds_file)
{
    bool sticky = (d->mode & ZG_MODE_STICKY) != 0;
    uint32_t issues = 0;

    if (d->accepted)
        return 0;
    if (d->owner == ZG_TRUST_NO && !d->remapped)
        issues |= bit(ZG_ISSUE_PARENT_OWNER);
    if ((d->mode & OTHERS_WRITE) != 0 && sticky && holds_file)
        issues |= bit(ZG_ISSUE_PARENT_STICKY);
    if (sticky)
        return issues;
    if ((d->mode & OTHERS_WRITE) != 0)
        issues |= bit(ZG_ISSUE_PARENT_WRITABLE);
    else if (zg_step_group_writes(d) && d->group == ZG_TRUST_NO)
        issues |= bit(ZG_ISSUE_PARENT_GROUP);
    if (d->acl_untrusted)
        issues |= bit(ZG_ISSUE_PARENT_ACL);
    return issues;
}

/* The directory that holds the step: the nearest one before it. A link that leads back to the root
 * is followed by the root's step, so the order of the steps is the order of the way. */
static const struct zg_step_facts *holder(const struct zg_endpoint_facts *facts, uint32_t step)
{
    while (step > 0) {
        if (facts->steps[--step].type == 'd')
            return &facts->steps[step];
    }
    return NULL;
}

static uint32_t link_issues(const struct zg_endpoint_facts *facts, uint32_t step)
{
    const struct zg_step_facts *link = &facts->steps[step];
    const struct zg_step_facts *in = holder(facts, step);
    uint32_t issues = 0;

    if (link->owner == ZG_TRUST_NO && !link->remapped)
        issues |= bit(ZG_ISSUE_LINK_OWNER);
    if (in != NULL && directory_issues(in, false) != 0)
        issues |= bit(ZG_ISSUE_LINK_REPLACEABLE);
    return issues;
}

static uint32_t access_issues(const struct zg_endpoint_facts *facts,
                              const struct zg_step_facts *file)
{
    bool world = (file->mode & OTHERS_WRITE) != 0;
    bool group = zg_step_group_writes(file) && file->group == ZG_TRUST_NO;
    uint32_t issues = 0;

    if (world)
        issues |= bit(ZG_ISSUE_WORLD_WRITABLE);
    else if (group)
        issues |= bit(ZG_ISSUE_GROUP_WRITABLE);
    if (file->acl_untrusted)
        issues |= bit(ZG_ISSUE_ACL);
    if (facts->later && !world && (facts->was_open_to_all || (facts->was_open_to_group && !group)))
        issues |= bit(ZG_ISSUE_WINDOW);
    return issues;
}

static uint32_t file_issues(const struct zg_endpoint_facts *facts)
{
    const struct zg_step_facts *file = &facts->steps[facts->count - 1];

    if (facts->identity_known && !facts->is_ours)
        return facts->later ? bit(ZG_ISSUE_REPLACED)
                            : bit(file->type == 's' ? ZG_ISSUE_NOT_OURS : ZG_ISSUE_NOT_SOCKET);
    if (file->type != 's')
        return facts->later ? bit(ZG_ISSUE_REPLACED) : bit(ZG_ISSUE_NOT_SOCKET);
    /* Only root gives a file away. Later, then, that was somebody who is trusted: a service that
     * hands its file to the user it becomes. */
    if (file->owner == ZG_TRUST_NO && !file->remapped && !(facts->later && facts->identity_known))
        return bit(ZG_ISSUE_OWNER) | access_issues(facts, file);
    return access_issues(facts, file);
}

uint32_t zg_endpoint_step_issues(const struct zg_endpoint_facts *facts, uint32_t step)
{
    bool last = facts->complete && step + 1 == facts->count;
    bool holds_file = facts->complete && !facts->direct && step + 2 == facts->count;

    if (step >= facts->count)
        return 0;
    if (last)
        return file_issues(facts);
    switch (facts->steps[step].type) {
    case 'd':
        return directory_issues(&facts->steps[step], holds_file);
    case 'l':
        return link_issues(facts, step);
    default:
        return 0;
    }
}

static void add(struct zg_verdict *v, uint32_t issues, uint32_t step)
{
    for (uint32_t i = 0; i < ZG_ISSUES; i++) {
        if ((issues >> i & 1) != 0 && (v->issues >> i & 1) == 0)
            v->step[i] = step;
    }
    v->issues |= issues;
}

void zg_endpoint_judge(const struct zg_endpoint_facts *facts, struct zg_verdict *verdict)
{
    *verdict = (struct zg_verdict){.shield = ZG_NO_STEP};
    if (facts->form == ZG_IPC_ABSTRACT) {
        add(verdict, bit(ZG_ISSUE_ABSTRACT), ZG_NO_STEP);
        return;
    }
    if (facts->form == ZG_IPC_RELATIVE)
        add(verdict, bit(ZG_ISSUE_RELATIVE), ZG_NO_STEP);
    if (facts->gone)
        add(verdict, bit(facts->later ? ZG_ISSUE_REPLACED : ZG_ISSUE_GONE), ZG_NO_STEP);
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct zg_step_facts *s = &facts->steps[i];

        add(verdict, zg_endpoint_step_issues(facts, i), i);
        if (verdict->shield == ZG_NO_STEP && s->type == 'd' && (s->mode & OTHERS_PASS) == 0)
            verdict->shield = i;
    }
}

enum zg_unlink zg_unlink_judge(const struct zg_unlink_facts *facts)
{
    if (facts->type == '?' || facts->type == 'd' || facts->empty_own)
        return ZG_UNLINK_FINE;
    if (facts->type != 's')
        return ZG_UNLINK_NOT_SOCKET;
    if (facts->served && !facts->served_by_us)
        return ZG_UNLINK_LIVE;
    return facts->owner == ZG_TRUST_NO ? ZG_UNLINK_OWNER : ZG_UNLINK_FINE;
}

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

#define DESCRIBED 6U /* endpoints named in a report at most */

static struct zg_pool endpoints = ZG_POOL(struct zg_endpoint, 0);
static struct zg_lock lists; /* the lists of all sockets; nothing is taken while it is held */

void zg_endpoints_add(struct zg_endpoint **list, const char *uri, bool bound, uint32_t mode,
                      uint32_t lacks)
{
    struct zg_endpoint *e = zg_pool_get(&endpoints);

    if (e == NULL)
        return;
    *e = (struct zg_endpoint){.bound = bound, .lacks = lacks, .mode = mode};
    (void)zg_str_copy(e->uri, sizeof(e->uri), uri);
    zg_lock_acquire(&lists);
    e->next = *list;
    *list = e;
    zg_lock_release(&lists);
}

static void free_list(struct zg_endpoint *e)
{
    while (e != NULL) {
        struct zg_endpoint *next = e->next;

        zg_pool_put(&endpoints, e);
        e = next;
    }
}

void zg_endpoints_clear(struct zg_endpoint **list)
{
    zg_lock_acquire(&lists);
    struct zg_endpoint *all = *list;

    *list = NULL;
    zg_lock_release(&lists);
    free_list(all);
}

static bool is_named(const struct zg_endpoint *e, bool bound, const char *uri)
{
    return e->bound == bound && strncmp(e->uri, uri, sizeof(e->uri) - 1) == 0;
}

void zg_endpoints_remove(struct zg_endpoint **list, const char *uri, bool bound)
{
    zg_lock_acquire(&lists);
    struct zg_endpoint *gone = NULL;

    for (struct zg_endpoint **at = list; *at != NULL;) {
        struct zg_endpoint *e = *at;

        if (!is_named(e, bound, uri)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        e->next = gone;
        gone = e;
    }
    for (struct zg_endpoint *e = *list; gone == NULL && e != NULL; e = e->next)
        e->lacks = 0;
    zg_lock_release(&lists);
    free_list(gone);
}

uint32_t zg_endpoints_lack(struct zg_endpoint *const *list)
{
    zg_lock_acquire(&lists);
    uint32_t lacks = 0;

    for (const struct zg_endpoint *e = *list; e != NULL; e = e->next)
        lacks |= e->lacks;
    zg_lock_release(&lists);
    return lacks;
}

void zg_endpoints_describe(struct zg_endpoint *const *list, struct zg_buf *out)
{
    zg_lock_acquire(&lists);
    uint32_t n = 0;

    for (const struct zg_endpoint *e = *list; e != NULL; e = e->next) {
        if (n++ >= DESCRIBED)
            continue;
        zg_buf_format(out, "%s%s %s", out->len > 0 ? ", " : "", e->bound ? "bound" : "connected",
                      e->uri);
        if (e->mode != ZG_ENDPOINT_NO_MODE)
            zg_buf_format(out, " (mode 0%o)", e->mode);
    }
    if (n > DESCRIBED)
        zg_buf_format(out, ", and %u more", n - DESCRIBED);
    zg_lock_release(&lists);
}
