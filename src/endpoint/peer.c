/* SPDX-License-Identifier: MPL-2.0 */
/* Who is at the other end of an ipc endpoint. */
#include "endpoint/peer.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"
#include "endpoint/bind.h"
#include "endpoint/file.h"
#include "endpoint/reserve.h"
#include "endpoint/security.h"
#include "host/options.h"

#define CONNECTS_MAX 4096
#define GROUPS_FIRST 64 /* supplementary groups that are asked for without taking memory */

static struct zg_notice io_notice(void)
{
    return (struct zg_notice){.thread = zg_thread_self(), .op = ZG_OP_COUNT};
}

/* The credentials of who called connect(2), or listen(2). */
static bool peer_of(int fd, struct zg_peer *peer)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (zg_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
        return false;
    *peer = (struct zg_peer){.uid = cred.uid, .gid = cred.gid, .pid = cred.pid};
    return true;
}

static bool any_listed(const gid_t *gids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (zg_options_id_listed(zg_options.trusted_gids, gids[i]))
            return true;
    }
    return false;
}

/* Is one of the peer's groups among trusted_gids: the one that counts for files it makes, or a
 * supplementary one (unix(7), SO_PEERGROUPS)? */
static bool is_in_trusted_group(int fd, const struct zg_peer *peer)
{
    gid_t few[GROUPS_FIRST];
    gid_t *all = few;
    socklen_t len = sizeof(few);
    size_t mapped = 0;
    bool found;
    long rc;

    if (zg_options.trusted_gids[0] == '\0')
        return false;
    if (any_listed(&peer->gid, 1))
        return true;
    rc = zg_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERGROUPS, all, &len);
    if (rc == -ERANGE && (all = zg_sys_map(mapped = (len + 4095U) & ~4095U)) != NULL)
        rc = zg_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERGROUPS, all, &len);
    found = rc == 0 && any_listed(all, len / sizeof(*all));
    if (all != few && all != NULL)
        zg_sys_unmap(all, mapped);
    return found;
}

static enum zg_trust trust_in(int fd, const struct zg_peer *peer, bool is_server)
{
    struct zg_ids ids;
    enum zg_trust trust;

    zg_ids_take(&ids, zg_options.trusted_uids, zg_options.trusted_gids);
    trust = zg_ids_user(&ids, peer->uid);
    return trust != ZG_TRUST_YES && !is_server && is_in_trusted_group(fd, peer) ? ZG_TRUST_YES
                                                                                : trust;
}

/* Who cannot be known is trusted no more than a stranger, whatever is done about it: reported, and
 * under harden= refused. False: refused. */
static bool judge_peer(const struct zg_notice *n, const struct zg_listener *l, int fd)
{
    struct zg_peer peer = {.uid = UINT32_MAX};
    bool known = peer_of(fd, &peer);
    enum zg_trust trust = known ? trust_in(fd, &peer, false) : ZG_TRUST_UNKNOWN;

    if (trust == ZG_TRUST_YES)
        return true;
    peer.nameless = trust == ZG_TRUST_UNKNOWN;
    zg_report_peer(n, l, &peer, zg_hardened());
    if (zg_hardened())
        zg_sys_close(fd);
    return !zg_hardened();
}

/* The kernel gives the lowest free number, so fd + 1 descriptors are open at least. */
static void judge_flood(const struct zg_notice *n, const struct zg_listener *l, uint64_t open)
{
    struct rlimit limit;

    if (zg_sys2(SYS_getrlimit, RLIMIT_NOFILE, &limit) != 0)
        return;
    if (open >= limit.rlim_cur - limit.rlim_cur / 5)
        zg_report_flood(n, l, open < limit.rlim_cur ? open : limit.rlim_cur, limit.rlim_cur);
}

static bool is_out_of_resources(int error)
{
    return error == EMFILE || error == ENOBUFS || error == ENOMEM;
}

/* After an accept that failed: what errno is to be. */
static int failed(const struct zg_listener *l, int error)
{
    struct zg_notice n = io_notice();

    if (!is_out_of_resources(error))
        return error;
    if (error == EMFILE)
        judge_flood(&n, l, UINT64_MAX); /* all of them */
    if (!zg_hardened())
        return error;
    if (error == EMFILE)
        zg_reserve_refuse(l->fd);
    return ECONNABORTED;
}

int zg_peer_taken(int listener, int rc)
{
    int saved = errno;
    struct zg_listener *l = zg_listener_find(listener);
    struct zg_notice n;

    if (l == NULL)
        goto out;
    if (rc < 0) {
        saved = l->transport == ZG_TRANSPORT_IPC ? failed(l, saved) : saved;
        goto out;
    }
    n = io_notice();
    if (l->transport == ZG_TRANSPORT_IPC && !judge_peer(&n, l, rc)) {
        saved = ECONNABORTED;
        rc = -1;
        goto out;
    }
    zg_security_peer(&n, l);
    if (l->transport != ZG_TRANSPORT_IPC)
        goto out;
    if (zg_hardened())
        zg_reserve_keep();
    judge_flood(&n, l, (uint64_t)rc + 1);
    zg_file_look_again(&n, l, ZG_LOOK_SELDOM);
out:
    errno = saved;
    return rc;
}

/* A zmq_connect() to an ipc address. */
struct attempt {
    uint64_t key; /* of the address */
    char uri[ZG_ENDPOINT_URI];
    uint32_t socket_number;
    int16_t socket_type;
    uint32_t thread, thread_slot;
    zg_stack_id stack;
    void *pool_link;
};

static struct zg_pool attempts = ZG_POOL(struct attempt, CONNECTS_MAX);
static struct zg_table attempts_by_key = {.limit = CONNECTS_MAX};
static struct zg_lock attempts_lock; /* what stands in the records */

static uint64_t key_of(const char *path, size_t len)
{
    return zg_hash_bytes(ZG_HASH_START, path, len) | 2; /* 0 and 1 are the table's own */
}

void zg_peer_connecting(const struct zg_thread *t, const struct zg_socket *s, const char *uri,
                        zg_stack_id stack)
{
    const char *address = zg_uri_address(uri);
    uint64_t key = key_of(address, strlen(address));
    struct attempt *a;

    zg_lock_acquire(&attempts_lock);
    a = zg_table_find(&attempts_by_key, key);
    if (a == NULL && (a = zg_pool_get(&attempts)) != NULL) {
        a->key = key;
        if (zg_table_put(&attempts_by_key, key, a) != 0) {
            zg_pool_put(&attempts, a);
            a = NULL;
        }
    }
    if (a != NULL) {
        (void)zg_str_copy(a->uri, sizeof(a->uri), uri);
        a->socket_number = s->number;
        a->socket_type = s->type;
        a->thread = t->actor.id;
        a->thread_slot = zg_epoch_slot(t->actor.epoch);
        a->stack = stack;
    }
    zg_lock_release(&attempts_lock);
}

/* By the bytes of a sockaddr_un's path. A copy: false when there is none. */
static bool attempt_at(const char *path, size_t len, struct attempt *out)
{
    char address[sizeof(((struct sockaddr_un *)0)->sun_path) + 1] = "";
    const struct attempt *a;
    uint64_t key;

    if (len >= sizeof(address))
        len = sizeof(address) - 1;
    memcpy(address, path, len);
    if (len > 0 && address[0] == '\0')
        address[0] = '@';
    else
        len = strlen(address);
    key = key_of(address, len);
    zg_lock_acquire(&attempts_lock);
    a = zg_table_find(&attempts_by_key, key);
    if (a != NULL)
        *out = *a;
    zg_lock_release(&attempts_lock);
    return a != NULL;
}

static void report_server(const struct sockaddr_un *sun, size_t path_len,
                          const struct zg_peer *peer)
{
    struct zg_notice n = io_notice();
    struct attempt a = {.stack = 0};
    bool known = attempt_at(sun->sun_path, path_len, &a);
    const char *uri = known ? a.uri : sun->sun_path;
    struct zg_finding *f = zg_report_begin(ZG_KIND_IPC_UNTRUSTED_SERVER, a.stack, uri, peer->uid);
    struct zg_finding_event *e;
    struct zg_finding_object *o;

    if (f == NULL)
        return;
    f->repaired = zg_hardened();
    f->doubtful = peer->nameless;
    zg_report_server(f, uri, peer);
    zg_report_fill(f, &n, &(struct zg_endpoint_name){known ? a.uri : "", known ? a.uri : ""});
    zg_report_fill_peer(f, peer);
    if (known) {
        o = zg_finding_object(f, "socket", a.socket_number);
        (void)zg_str_copy(o->type, sizeof(o->type), zg_socket_type_name(a.socket_type));
        (void)zg_format(o->endpoints, sizeof(o->endpoints), "connected %s", a.uri);
        e = zg_finding_event(f, ZG_ROLE_BIND);
        e->op = ZG_OP_zmq_connect;
        e->thread = a.thread;
        e->stack = a.stack;
        zg_finding_thread(f, a.thread, a.thread_slot);
    }
    zg_finding_end(f);
}

int zg_peer_connected(int fd, const struct sockaddr *address, socklen_t len)
{
    const struct sockaddr_un *sun = (const struct sockaddr_un *)(const void *)address;
    struct zg_peer peer = {.uid = UINT32_MAX};
    enum zg_trust trust;
    int saved = errno;

    if (address == NULL || len < sizeof(sa_family_t) || address->sa_family != AF_UNIX)
        return 0;
    trust = peer_of(fd, &peer) ? trust_in(fd, &peer, true) : ZG_TRUST_UNKNOWN;
    if (trust != ZG_TRUST_YES) {
        peer.nameless = trust == ZG_TRUST_UNKNOWN;
        report_server(sun, len - offsetof(struct sockaddr_un, sun_path), &peer);
    }
    errno = saved;
    if (trust == ZG_TRUST_YES || !zg_hardened())
        return 0;
    errno = ECONNREFUSED;
    return -1;
}
