/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bind(2), listen(2) and unlink(2) as libzmq calls them inside zmq_bind(), all in the thread of the
 * caller (ipc_listener.cpp: unlink, socket, bind, listen). Between bind and listen the file is
 * there and nobody can connect yet (ECONNREFUSED): what is found wrong then has harmed nobody.
 * Every other call goes straight to libc.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/ipc.h"
#include "host/diag.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/options.h"

static struct zg_bind_scope *scope_of(uintptr_t caller)
{
    struct zg_bind_scope *scope = &zg_bind_scope;

    return zg_unlikely(scope->thread != NULL) && zg_lib_is_libzmq(caller) ? scope : NULL;
}

/* The file gets the mode of the unbound socket, less the umask, at the moment it appears
 * (net/unix/af_unix.c: unix_bind_bsd), so that no wider mode can ever be seen. */
static void narrow(int fd, const struct sockaddr *address)
{
    struct stat st;

    if (!zg_hardened() || address == NULL || address->sa_family != AF_UNIX ||
        zg_sys_fstat(fd, &st) != 0)
        return;
    (void)zg_sys2(SYS_fchmod, fd, st.st_mode & 0777 & zg_options.harden);
}

ZG_EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    if (scope_of(ZG_RETURN_ADDRESS()) != NULL)
        narrow(fd, address.__sockaddr__);
    return ZG_REAL_LIBC(bind)(fd, address, len);
}

ZG_EXPORT int listen(int fd, int backlog)
{
    struct zg_bind_scope *scope = scope_of(ZG_RETURN_ADDRESS());
    struct zg_listener *l;
    int saved = errno;
    int rc;

    if (zg_likely(scope == NULL))
        return ZG_REAL_LIBC(listen)(fd, backlog);
    l = zg_ipc_listening(scope, fd);
    errno = saved;
    rc = ZG_REAL_LIBC(listen)(fd, backlog);
    saved = errno;
    zg_ipc_listened(scope, l, rc == 0);
    errno = saved;
    return rc;
}

struct search {
    const struct stat *st;
    const char *path;
    uint32_t ino; /* of the socket that serves the file, 0 none */
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

/* The same inode. Overlays and btrfs show another device to stat(2) than to sock_diag(7): then the
 * last component must be the same. */
static bool visit_socket(const struct zg_diag_socket *s, void *arg)
{
    struct search *search = arg;

    if (zg_diag_is_served(s) && s->file_ino == (uint32_t)search->st->st_ino &&
        (s->file_dev == zg_diag_dev(search->st->st_dev) || ends_alike(s, search->path)))
        search->ino = s->ino;
    return search->ino == 0;
}

static bool visit_listener(struct zg_listener *l, void *arg)
{
    struct search *search = arg;

    if (l->sock_ino == search->ino && __atomic_load_n(&l->closing, __ATOMIC_RELAXED))
        search->ours = true;
    return !search->ours;
}

static enum zg_unlink judge(const char *path, const struct stat *st)
{
    struct zg_unlink_facts facts = {.type = S_ISSOCK(st->st_mode)  ? 's'
                                            : S_ISDIR(st->st_mode) ? 'd'
                                                                   : '-'};
    struct search search = {.st = st, .path = path};
    struct zg_ids ids;

    if (facts.type == 's') {
        zg_ids_take(&ids, zg_options.trusted_uids, zg_options.trusted_gids);
        facts.owner = zg_ids_user(&ids, st->st_uid);
        (void)zg_diag_each(visit_socket, &search);
        facts.served = search.ino != 0;
        if (facts.served)
            zg_listener_each(visit_listener, &search);
        facts.served_by_us = search.ours;
    }
    return zg_unlink_judge(&facts);
}

/* May what stands at the path be removed? Raises when it is not a dead socket of ours. */
static bool may_unlink(const struct zg_bind_scope *scope, const char *path)
{
    struct zg_notice n = zg_bind_notice(scope);
    struct stat st;
    enum zg_unlink what;

    if (zg_sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    what = judge(path, &st);
    if (what == ZG_UNLINK_FINE)
        return true;
    zg_report_unlink(&n, scope->uri, path, what, &st, zg_hardened());
    return !zg_hardened();
}

ZG_EXPORT int unlink(const char *path)
{
    struct zg_bind_scope *scope = scope_of(ZG_RETURN_ADDRESS());
    int saved = errno;
    bool may;

    if (scope == NULL)
        return zg_ipc_removed(ZG_REAL_LIBC(unlink)(path), path);
    may = zg_uri_transport(scope->uri) != ZG_TRANSPORT_IPC || may_unlink(scope, path);
    errno = saved;
    if (may)
        return ZG_REAL_LIBC(unlink)(path);
    /* libzmq does not look at the result (ipc_listener.cpp); its bind(2) then fails by itself with
     * EADDRINUSE, which is what zmq_bind() returns. */
    errno = EPERM;
    return -1;
}
