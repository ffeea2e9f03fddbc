/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Functions of libc about unix sockets and their files. For a process that binds no ipc endpoint
 * each costs a load or two more; what a call means is decided in src/endpoint.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "endpoint/bind.h"
#include "endpoint/file.h"
#include "endpoint/peer.h"
#include "host/libc.h"
#include "host/outside.h"
#include "track/edge.h"

ZG_EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    if (zg_unlikely(zg_bind_scope.thread != NULL))
        zg_bind_naming(fd, address.__sockaddr__);
    return ZG_REAL_LIBC(bind)(fd, address, len);
}

ZG_EXPORT int listen(int fd, int backlog)
{
    struct zg_listener *l = NULL;

    if (zg_unlikely(zg_bind_scope.thread != NULL))
        l = zg_bind_listening(fd);
    return zg_bind_listened(l, ZG_REAL_LIBC(listen)(fd, backlog));
}

/* What the application itself accepts comes from outside (host/outside.h), and that somebody
 * listens where it connects to. */
static void took(int rc, const char *how, uintptr_t caller)
{
    if (rc >= 0 && zg_edge_is_active() && !zg_lib_is_libzmq(caller))
        zg_outside_took(how, caller);
}

ZG_EXPORT int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict len)
{
    int rc = zg_peer_accepted(fd, ZG_REAL_LIBC(accept)(fd, address, len));

    took(rc, "accept", ZG_RETURN_ADDRESS());
    return rc;
}

ZG_EXPORT int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    int rc = zg_peer_accepted(fd, ZG_REAL_LIBC(accept4)(fd, address, len, flags));

    took(rc, "accept4", ZG_RETURN_ADDRESS());
    return rc;
}

ZG_EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len)
{
    int rc = ZG_REAL_LIBC(connect)(fd, address, len);

    if (zg_likely(rc != 0 || !zg_peer_is_libzmq(ZG_RETURN_ADDRESS()))) {
        took(rc, "connect", ZG_RETURN_ADDRESS());
        return rc;
    }
    return zg_peer_connected(fd, address.__sockaddr__, len);
}

ZG_EXPORT int unlink(const char *path)
{
    struct zg_listener *l;

    if (zg_unlikely(zg_bind_scope.thread != NULL) && !zg_bind_may_unlink(path))
        return -1;
    l = zg_file_of(AT_FDCWD, path);
    return zg_file_removed(l, ZG_REAL_LIBC(unlink)(path));
}

ZG_EXPORT int unlinkat(int dir, const char *path, int flags)
{
    struct zg_listener *l = zg_file_of(dir, path);

    return zg_file_removed(l, ZG_REAL_LIBC(unlinkat)(dir, path, flags));
}

ZG_EXPORT int remove(const char *path)
{
    struct zg_listener *l = zg_file_of(AT_FDCWD, path);

    return zg_file_removed(l, ZG_REAL_LIBC(remove)(path));
}

ZG_EXPORT int rename(const char *from, const char *to)
{
    struct zg_listener *l = zg_file_of(AT_FDCWD, to);
    int rc = ZG_REAL_LIBC(rename)(from, to);

    return zg_file_renamed(l, &(struct zg_file_move){AT_FDCWD, from, AT_FDCWD, to, 0}, rc);
}

ZG_EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    struct zg_listener *l = zg_file_of(to_dir, to);
    int rc = ZG_REAL_LIBC(renameat)(from_dir, from, to_dir, to);

    return zg_file_renamed(l, &(struct zg_file_move){from_dir, from, to_dir, to, 0}, rc);
}

ZG_EXPORT int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    struct zg_listener *l = zg_file_of(to_dir, to);
    int rc = ZG_REAL_LIBC(renameat2)(from_dir, from, to_dir, to, flags);

    return zg_file_renamed(l, &(struct zg_file_move){from_dir, from, to_dir, to, flags}, rc);
}

ZG_EXPORT int chmod(const char *path, mode_t mode)
{
    int rc = ZG_REAL_LIBC(chmod)(path, mode);

    return zg_file_changed(rc, AT_FDCWD, path, "calling chmod()", ZG_RETURN_ADDRESS(),
                           ZG_FRAME_ADDRESS());
}

ZG_EXPORT int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    int rc = ZG_REAL_LIBC(fchmodat)(dir, path, mode, flags);

    return zg_file_changed(rc, dir, path, "calling fchmodat()", ZG_RETURN_ADDRESS(),
                           ZG_FRAME_ADDRESS());
}
