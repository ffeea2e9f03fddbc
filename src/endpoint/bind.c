/* SPDX-License-Identifier: MPL-2.0 */
/* What libzmq does inside zmq_bind(): what it removes, what it binds, and the record of it. */
#include "endpoint/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/un.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/issues.h"
#include "endpoint/reserve.h"
#include "endpoint/security.h"
#include "host/diag.h"
#include "host/guard.h"
#include "host/lib.h"
#include "host/options.h"
#include "host/signals.h"

__thread struct zg_bind_scope zg_bind_scope;

bool zg_hardened(void)
{
    /* Without a start there are no options: all zero would mean harden=0. */
    return __atomic_load_n(&zg_state, __ATOMIC_ACQUIRE) >= ZG_STATE_READY &&
           zg_options.harden != ZG_OPTION_UNSET;
}

static struct zg_notice notice(void)
{
    return (struct zg_notice){
        .thread = zg_bind_scope.thread,
        .socket = zg_bind_scope.socket,
        .op = ZG_OP_zmq_bind,
        .stack = zg_bind_scope.stack,
    };
}

/* The file gets the mode of the unbound socket, less the umask, at the moment it appears
 * (net/unix/af_unix.c: unix_bind_bsd), so that no wider mode can ever be seen. */
void zg_bind_naming(int fd, const struct sockaddr *address)
{
    struct stat st;

    if (zg_bind_scope.transport != ZG_TRANSPORT_IPC || !zg_hardened() || address == NULL ||
        address->sa_family != AF_UNIX || zg_sys_fstat(fd, &st) != 0)
        return;
    (void)zg_sys2(SYS_fchmod, fd, st.st_mode & 0777 & zg_options.harden);
}

/* What the socket is bound to. The family, or 0. */
static int name_of(int fd, struct sockaddr_un *sun, size_t *path_len)
{
    socklen_t len = sizeof(*sun);

    *sun = (struct sockaddr_un){0};
    if (zg_sys3(SYS_getsockname, fd, sun, &len) != 0)
        return 0;
    if (len > sizeof(*sun)) /* 108 bytes of path and the kernel's NUL */
        len = sizeof(*sun);
    *path_len = len > offsetof(struct sockaddr_un, sun_path)
                    ? len - offsetof(struct sockaddr_un, sun_path)
                    : 0;
    return sun->sun_family;
}

static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

    if (address->sa_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return address->sa_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
            (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == 127));
}

static void fill(struct zg_listener *l, int fd, uint32_t ino)
{
    const struct zg_bind_scope *scope = &zg_bind_scope;
    struct zg_socket *s = scope->socket;

    l->fd = fd;
    l->sock_ino = ino;
    l->cookie = zg_diag_cookie(fd);
    l->transport = scope->transport;
    (void)zg_str_copy(l->uri, sizeof(l->uri), scope->uri);
    (void)zg_str_copy(l->written, sizeof(l->written), scope->uri);
    l->by_use_fd = s->security >> ZG_SECURITY_FD_SHIFT != 0;
    l->socket_number = s->number;
    l->socket_type = s->type;
    l->thread = scope->thread->actor.id;
    l->thread_slot = zg_epoch_slot(scope->thread->actor.epoch);
    l->stack = scope->stack;
    l->context = s->context;
    l->context_number = s->context != NULL ? s->context->number : 0;
    l->security = s->security;
    l->mechanism = scope->mechanism;
}

static void inspect(struct zg_listener *l, const char *path)
{
    struct zg_notice n = notice();
    struct zg_inspection *i = zg_inspection_take();

    if (i == NULL)
        return;
    zg_inspect_new(i, l, path, l->fd);
    zg_report_issues(&n, l, i);
    zg_inspection_give(i);
}

static void inspect_unix(struct zg_listener *l, const struct sockaddr_un *sun, size_t path_len)
{
    char path[sizeof(sun->sun_path) + 1] = "";

    if (path_len > 0)
        memcpy(path, sun->sun_path, path_len);
    if (path_len == 0 || path[0] == '\0')
        l->form = ZG_IPC_ABSTRACT;
    else
        l->form = path[0] == '/' ? ZG_IPC_ABSOLUTE : ZG_IPC_RELATIVE;
    if (l->form != ZG_IPC_ABSTRACT && zg_path_absolute(path, l->path, sizeof(l->path)) != 0) {
        l->path[0] = '\0';
        zg_report_unseen(ZG_UNSEEN_LATER, -ZG_ETOOBIG, "what becomes of %S", l->uri);
    }
    if (l->uri[6] == '*') /* a wildcard: say what it became */
        (void)zg_format(l->uri, sizeof(l->uri), "ipc://%s", path);
    inspect(l, path);
}

static struct zg_listener *look(int fd)
{
    struct zg_listener *l;
    struct sockaddr_un sun;
    struct stat st;
    size_t path_len;
    int family = name_of(fd, &sun, &path_len);

    if (family == 0 || zg_sys_fstat(fd, &st) != 0)
        return NULL;
    l = zg_listener_make();
    if (l == NULL) {
        zg_report_unseen(ZG_UNSEEN_MEMORY, -ENOMEM, "what becomes of %S", zg_bind_scope.uri);
        return NULL;
    }
    fill(l, fd, (uint32_t)st.st_ino);
    l->loopback = is_loopback((const struct sockaddr *)&sun);
    if (family == AF_UNIX) {
        inspect_unix(l, &sun, path_len);
    } else if (!zg_security_concerns(l)) {
        zg_listener_drop(l);
        return NULL;
    }
    return l;
}

struct zg_listener *zg_bind_listening(int fd)
{
    int saved = errno;
    struct zg_listener *l = look(fd);

    errno = saved;
    return l;
}

static void record(struct zg_listener *l)
{
    zg_bind_scope.listener = l;
    if (zg_hardened())
        zg_reserve_keep();
    if (l->path[0] != '\0')
        zg_signals_watch_end(); /* a last look at the file, before zg_listener_put(): l may go */
    zg_listener_put(l);
}

int zg_bind_listened(struct zg_listener *l, int rc)
{
    int saved = errno;

    if (l != NULL && rc == 0)
        record(l);
    else if (l != NULL)
        zg_listener_drop(l);
    errno = saved;
    return rc;
}

void zg_bind_begin(const struct zg_bind_scope *scope)
{
    int fd = (int)(scope->socket->security >> ZG_SECURITY_FD_SHIFT) - 1;
    struct zg_listener *l;

    zg_bind_scope = *scope;
    if (scope->transport != ZG_TRANSPORT_INPROC)
        zg_bind_scope.mechanism = zg_security_mechanism(scope->socket);
    if (fd < 0 || (scope->transport != ZG_TRANSPORT_IPC && scope->transport != ZG_TRANSPORT_TCP))
        return;
    l = zg_bind_listening(fd);
    if (l != NULL)
        record(l);
}

struct zg_bind_scope zg_bind_end(bool ok)
{
    struct zg_bind_scope scope = zg_bind_scope;

    zg_bind_scope.thread = NULL;
    if (!ok && scope.listener != NULL) {
        zg_listener_withdraw(scope.listener);
        scope.listener = NULL;
    }
    return scope;
}

struct search {
    const struct stat *st;
    const char *path;
    uint32_t dev; /* of st, as sock_diag(7) has it */
    uint32_t ino; /* of the socket that serves the file, 0 none */
    uint64_t cookie;
    bool ours;
};

/* The last component of a name as given to bind(2), which may end with a NUL or not. */
static bool ends_alike(const struct zg_diag_socket *s, const char *path)
{
    const char *last = strrchr(path, '/');
    size_t n = s->name_len;
    size_t len;

    last = last == NULL ? path : last + 1;
    len = strlen(last);
    while (n > 0 && s->name[n - 1] == '\0')
        n--;
    return n >= len && memcmp(s->name + n - len, last, len) == 0 &&
           (n == len || s->name[n - len - 1] == '/');
}

/* The same inode of the same file system. The kernel shows 32 bits of its number here: where there
 * are more, two files can agree in them, and the name decides. */
static bool is_same_file(const struct zg_diag_socket *s, const struct search *search)
{
    uint64_t ino = search->st->st_ino;

    return s->file_ino == (uint32_t)ino && s->file_dev == search->dev &&
           (ino <= UINT32_MAX || ends_alike(s, search->path));
}

static bool visit_socket(const struct zg_diag_socket *s, void *arg)
{
    struct search *search = arg;

    if (zg_diag_is_served(s) && is_same_file(s, search)) {
        search->ino = s->ino;
        search->cookie = s->cookie;
    }
    return search->ino == 0;
}

static bool visit_listener(struct zg_listener *l, void *arg)
{
    struct search *search = arg;

    if (zg_listener_is(l, search->ino, search->cookie) &&
        __atomic_load_n(&l->closing, __ATOMIC_RELAXED))
        search->ours = true;
    return !search->ours;
}

/* Does a process listen at the file? Nobody is asked but the kernel: a connection would be noticed.
 * Where it does not say, nobody does, and that is said. */
static void look_for_server(const char *path, struct zg_unlink_facts *facts, const struct stat *st)
{
    struct search search = {.st = st, .path = path};
    int rc = zg_diag_dev_of(path, st, &search.dev);

    if (rc == 0)
        rc = zg_diag_each(visit_socket, &search);
    if (rc != 0)
        zg_report_unseen(ZG_UNSEEN_SERVER, rc, "whether a process listens at %S", path);
    facts->served = search.ino != 0;
    if (facts->served)
        zg_listener_each(visit_listener, &search);
    facts->served_by_us = search.ours;
}

static enum zg_unlink judge(const char *path, const struct stat *st)
{
    struct zg_unlink_facts facts = {.type = S_ISSOCK(st->st_mode)  ? 's'
                                            : S_ISDIR(st->st_mode) ? 'd'
                                                                   : '-'};
    struct zg_ids ids;

    zg_ids_take(&ids, zg_options.trusted_uids, zg_options.trusted_gids);
    facts.empty_own =
        S_ISREG(st->st_mode) && st->st_size == 0 && st->st_nlink == 1 && st->st_uid == ids.euid;
    if (facts.type == 's') {
        facts.owner = zg_ids_user(&ids, st->st_uid);
        look_for_server(path, &facts, st);
    }
    return zg_unlink_judge(&facts);
}

static bool may_unlink(const char *path)
{
    struct zg_notice n = notice();
    struct stat st;
    enum zg_unlink what;

    if (zg_sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    what = judge(path, &st);
    if (what == ZG_UNLINK_FINE)
        return true;
    zg_report_unlink(&n, zg_bind_scope.uri, path, what, &st, zg_hardened());
    return !zg_hardened();
}

bool zg_bind_may_unlink(const char *path)
{
    int saved = errno;
    bool may = zg_bind_scope.transport != ZG_TRANSPORT_IPC ||
               !zg_str_equal(path, zg_uri_address(zg_bind_scope.uri)) || may_unlink(path);

    errno = may ? saved : EPERM;
    return may;
}
