/* SPDX-License-Identifier: MPL-2.0 */
/*
 * accept(2) and connect(2) as libzmq's I/O threads call them: who is at the other end.
 *
 * What libzmq survives was measured: accept may fail with ECONNABORTED (ipc_listener.cpp: accept),
 * connect with ECONNREFUSED (ipc_connecter.cpp: open); EMFILE from accept aborts the process, and
 * EINTR or EINPROGRESS from connect would make libzmq use the connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/ipc.h"
#include "endpoint/reserve.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/options.h"
#include "host/outside.h"
#include "track/edge.h"

static struct zg_notice io_notice(void)
{
    return (struct zg_notice){.thread = zg_thread_self(), .op = ZG_OP_COUNT};
}

static bool peer_of(int fd, struct zg_peer *peer)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (zg_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
        return false;
    *peer = (struct zg_peer){.uid = cred.uid, .gid = cred.gid, .pid = cred.pid};
    return true;
}

/* The credentials of connect(2) or listen(2); a group counts only when trusted_gids names it. */
static enum zg_trust trust_in(const struct zg_peer *peer, bool is_server)
{
    struct zg_ids ids;
    enum zg_trust trust;

    zg_ids_take(&ids, zg_options.trusted_uids, zg_options.trusted_gids);
    trust = zg_ids_user(&ids, peer->uid);
    if (trust == ZG_TRUST_NO && !is_server &&
        zg_options_id_listed(zg_options.trusted_gids, peer->gid))
        trust = ZG_TRUST_YES;
    return trust;
}

/* False: the peer was refused. */
static bool judge_peer(const struct zg_notice *n, const struct zg_listener *l, int fd)
{
    struct zg_peer peer;
    enum zg_trust trust;
    bool refuse;

    if (!peer_of(fd, &peer))
        return true;
    trust = trust_in(&peer, false);
    refuse = zg_hardened() && trust != ZG_TRUST_YES;
    if (trust == ZG_TRUST_NO)
        zg_report_peer(n, l, &peer, refuse);
    if (refuse)
        zg_sys_close(fd);
    return !refuse;
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

static void judge_zap(const struct zg_notice *n, struct zg_listener *l)
{
    if (l->needs_zap && !__atomic_exchange_n(&l->zap_said, true, __ATOMIC_RELAXED) &&
        !zg_zap_is_bound(l->context, l->context_number))
        zg_report_no_zap(n, l);
}

/* What libzmq is to be told instead of rc. */
static int accepted(int listener, int rc)
{
    struct zg_listener *l;
    struct zg_notice n;
    int saved = errno;

    l = zg_listener_find(listener);
    if (l == NULL)
        goto out;
    if (rc < 0) {
        saved = l->transport == ZG_TRANSPORT_IPC ? failed(l, saved) : saved;
        goto out;
    }
    n = io_notice();
    judge_zap(&n, l);
    if (l->transport != ZG_TRANSPORT_IPC)
        goto out;
    if (zg_hardened())
        zg_reserve_keep();
    judge_flood(&n, l, (uint64_t)rc + 1);
    zg_ipc_look_again(&n, l, false);
    if (!judge_peer(&n, l, rc)) {
        saved = ECONNABORTED;
        rc = -1;
    }
out:
    errno = saved;
    return rc;
}

/* The application's own. */
static int took(int rc, const char *how, uintptr_t caller)
{
    if (rc >= 0 && zg_edge_is_active())
        zg_outside_took(how, caller);
    return rc;
}

ZG_EXPORT int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict len)
{
    if (zg_likely(!zg_lib_is_libzmq(ZG_RETURN_ADDRESS())))
        return took(ZG_REAL_LIBC(accept)(fd, address, len), "accept", ZG_RETURN_ADDRESS());
    return accepted(fd, ZG_REAL_LIBC(accept)(fd, address, len));
}

ZG_EXPORT int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    if (zg_likely(!zg_lib_is_libzmq(ZG_RETURN_ADDRESS())))
        return took(ZG_REAL_LIBC(accept4)(fd, address, len, flags), "accept4", ZG_RETURN_ADDRESS());
    return accepted(fd, ZG_REAL_LIBC(accept4)(fd, address, len, flags));
}

static void report_server(const struct sockaddr_un *sun, size_t path_len,
                          const struct zg_peer *peer)
{
    struct zg_notice n = io_notice();
    struct zg_ipc_connect c = {.stack = 0};
    bool known = zg_ipc_connect_of(sun->sun_path, path_len, &c);
    struct zg_finding *f = zg_finding_begin(ZG_KIND_IPC_UNTRUSTED_SERVER, c.stack, 0);
    struct zg_finding_event *e;
    struct zg_finding_object *o;

    if (f == NULL)
        return;
    zg_finding_sentence(f, "who listens at %S is uid %u%s", known ? c.uri : sun->sun_path,
                        peer->uid, zg_hardened() ? ": refused" : "");
    f->repaired = zg_hardened();
    zg_finding_line(f, "uid %u gets what is sent there, and answers", peer->uid);
    zg_report_fill(f, &n, known ? c.uri : "");
    zg_report_fill_peer(f, peer);
    if (known) {
        o = zg_finding_object(f, "socket", c.socket_number);
        (void)zg_str_copy(o->type, sizeof(o->type), zg_socket_type_name(c.socket_type));
        (void)zg_format(o->endpoints, sizeof(o->endpoints), "connected %s", c.uri);
        e = zg_finding_event(f, ZG_ROLE_BIND);
        e->op = ZG_OP_zmq_connect;
        e->thread = c.thread;
        e->stack = c.stack;
        zg_finding_thread(f, c.thread, c.thread_slot);
    }
    zg_finding_end(f);
}

/* The credentials are those of who called listen(2). Not a byte was sent yet. */
static int connected(int fd, const struct sockaddr *address, socklen_t len)
{
    const struct sockaddr_un *sun = (const struct sockaddr_un *)(const void *)address;
    struct zg_peer peer;
    enum zg_trust trust;
    int saved = errno;

    if (address == NULL || len < sizeof(sa_family_t) || address->sa_family != AF_UNIX ||
        !peer_of(fd, &peer))
        return 0;
    trust = trust_in(&peer, true);
    if (trust == ZG_TRUST_NO)
        report_server(sun, len - offsetof(struct sockaddr_un, sun_path), &peer);
    errno = saved;
    if (trust == ZG_TRUST_YES || !zg_hardened())
        return 0;
    errno = ECONNREFUSED;
    return -1;
}

ZG_EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    int rc;

    if (zg_likely(!zg_lib_is_libzmq(ZG_RETURN_ADDRESS())))
        return ZG_REAL_LIBC(connect)(fd, address, len);
    rc = ZG_REAL_LIBC(connect)(fd, address, len);
    return rc == 0 ? connected(fd, address.__sockaddr__, len) : rc;
}
