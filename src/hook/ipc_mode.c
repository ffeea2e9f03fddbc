/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the application itself does to the files that libzmq bound: a mode changed after zmq_bind()
 * is looked at at once, with the stack of who changed it; a file that it takes away is not missed
 * later. The hooks do nothing but a load and a hash of the name for files that are none of these.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/ipc.h"
#include "host/lib.h"
#include "host/libc.h"

static bool concerns(const char *path)
{
    return zg_unlikely(__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED)) && path != NULL &&
           zg_listener_may_have_name(path);
}

struct change {
    const char *name; /* last component */
    struct stat st;
    struct zg_listener *found;
};

static bool visit_changed(struct zg_listener *l, void *arg)
{
    struct change *change = arg;

    if (!l->has_file || l->ino != change->st.st_ino || l->dev != change->st.st_dev ||
        __atomic_load_n(&l->closing, __ATOMIC_RELAXED))
        return true;
    change->found = l;
    return false;
}

/* After a successful change of the mode. */
static void changed(int dir, const char *path, const char *doing, uintptr_t caller, uintptr_t frame)
{
    struct change change = {.found = NULL};
    struct zg_thread *t;
    struct zg_notice n;
    int saved = errno;

    if (zg_sys_fstatat(dir, path, &change.st, 0) != 0)
        return;
    zg_listener_each(visit_changed, &change);
    t = change.found != NULL ? zg_thread_self() : NULL;
    if (t != NULL && t->busy == 0) {
        n = (struct zg_notice){.thread = t, .op = ZG_OP_COUNT, .doing = doing};
        n.stack = zg_thread_stack(t, caller, frame);
        zg_ipc_look_again(&n, change.found, true);
    }
    errno = saved;
}

ZG_EXPORT int chmod(const char *path, mode_t mode)
{
    int rc = ZG_REAL_LIBC(chmod)(path, mode);

    if (rc == 0 && concerns(path))
        changed(AT_FDCWD, path, "calling chmod()", ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    return rc;
}

ZG_EXPORT int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    int rc = ZG_REAL_LIBC(fchmodat)(dir, path, mode, flags);

    if (rc == 0 && concerns(path))
        changed(dir, path, "calling fchmodat()", ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    return rc;
}

/* Is the file of a listener with this name gone? Then it was this process that took it away. */
static bool visit_removed(struct zg_listener *l, void *arg)
{
    struct change *change = arg;
    struct stat st;

    if (!l->has_file || !zg_str_equal(zg_str_last_component(l->path), change->name))
        return true;
    if (zg_sys_fstatat(AT_FDCWD, l->path, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_ino != l->ino ||
        st.st_dev != l->dev)
        __atomic_store_n(&l->removed_here, true, __ATOMIC_RELAXED);
    return true;
}

int zg_ipc_removed(int rc, const char *path)
{
    struct change change;

    if (rc != 0 || !concerns(path))
        return rc;
    change.name = zg_str_last_component(path);
    zg_listener_each(visit_removed, &change);
    return rc;
}

ZG_EXPORT int unlinkat(int dir, const char *path, int flags)
{
    return zg_ipc_removed(ZG_REAL_LIBC(unlinkat)(dir, path, flags), path);
}

ZG_EXPORT int remove(const char *path)
{
    return zg_ipc_removed(ZG_REAL_LIBC(remove)(path), path);
}

ZG_EXPORT int rename(const char *from, const char *to)
{
    int rc = ZG_REAL_LIBC(rename)(from, to);

    (void)zg_ipc_removed(rc, from);
    return zg_ipc_removed(rc, to);
}
