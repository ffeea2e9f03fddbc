/* SPDX-License-Identifier: MPL-2.0 */
/* The descriptors on which libzmq listens. */
#include "endpoint/listener.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"
#include "host/diag.h"

/* Keys of the tables: 0 and 1 are their own, and they hash what is above four bits. */
#define KEY_OF(number) ((uintptr_t)(number) << 4 | 2)

bool zg_listener_any;

static struct zg_pool pool = ZG_POOL(struct zg_listener, 0);
static struct zg_table by_fd;
static struct zg_table by_socket; /* the newest listener of each socket, by its number */
static struct zg_lock paths;      /* path and real of all; taken last */
static struct zg_lock chains;     /* by_socket and what hangs on it; taken before by_fd's */

struct zg_listener *zg_listener_make(void)
{
    struct zg_listener *l = zg_pool_get(&pool);

    if (l != NULL)
        *l = (struct zg_listener){.fd = -1, .pid = zg_sys_getpid()};
    return l;
}

void zg_listener_drop(struct zg_listener *l)
{
    l->fd = -1;
    zg_pool_put(&pool, l);
}

/* Out of its socket's chain. */
static void unchain(struct zg_listener *l)
{
    uintptr_t key = KEY_OF(l->socket_number);
    struct zg_listener *at = zg_table_find(&by_socket, key);

    if (at == l && l->older == NULL)
        (void)zg_table_take(&by_socket, key);
    else if (at == l)
        (void)zg_table_put(&by_socket, key, l->older);
    while (at != NULL && at != l && at->older != l)
        at = at->older;
    if (at != NULL && at != l)
        at->older = l->older;
}

/* Into both tables, or into none. */
static bool enlist(struct zg_listener *l)
{
    uintptr_t key = KEY_OF(l->socket_number);

    l->older = zg_table_find(&by_socket, key);
    if (zg_table_put(&by_socket, key, l) != 0)
        return false;
    if (zg_table_put(&by_fd, KEY_OF(l->fd), l) == 0)
        return true;
    unchain(l);
    return false;
}

void zg_listener_put(struct zg_listener *l)
{
    struct zg_listener *old;
    bool kept;

    zg_lock_acquire(&chains);
    old = zg_table_take(&by_fd, KEY_OF(l->fd));
    if (old != NULL)
        unchain(old);
    kept = enlist(l);
    zg_lock_release(&chains);
    if (old != NULL)
        zg_listener_drop(old);
    if (!kept) {
        zg_listener_drop(l);
        return;
    }
    __atomic_store_n(&zg_listener_any, true, __ATOMIC_RELAXED);
}

void zg_listener_withdraw(struct zg_listener *l)
{
    zg_lock_acquire(&chains);
    (void)zg_table_take(&by_fd, KEY_OF(l->fd));
    unchain(l);
    zg_lock_release(&chains);
    zg_listener_drop(l);
}

bool zg_listener_is(const struct zg_listener *l, uint32_t sock_ino, uint64_t cookie)
{
    return l->sock_ino == sock_ino && (l->cookie == 0 || cookie == 0 || l->cookie == cookie);
}

void zg_listener_path(const struct zg_listener *l, char out[ZG_LISTENER_PATH])
{
    zg_lock_acquire(&paths);
    memcpy(out, l->path, ZG_LISTENER_PATH);
    zg_lock_release(&paths);
}

void zg_listener_moved(struct zg_listener *l, const char *path)
{
    zg_lock_acquire(&paths);
    (void)zg_str_copy(l->path, sizeof(l->path), path);
    (void)zg_str_copy(l->real, sizeof(l->real), path);
    zg_lock_release(&paths);
}

struct zg_listener *zg_listener_of(uint32_t socket_number, const struct zg_listener *last)
{
    struct zg_listener *l = NULL;

    if (!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
        return NULL;
    zg_lock_acquire(&chains);
    if (last == NULL)
        l = zg_table_find(&by_socket, KEY_OF(socket_number));
    else if (last->socket_number == socket_number && last->fd >= 0)
        l = last->older;
    zg_lock_release(&chains);
    return l;
}

struct zg_listener *zg_listener_find(int fd)
{
    struct zg_listener *l;
    struct stat st;

    if (!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED) || fd < 0)
        return NULL;
    l = zg_table_find(&by_fd, KEY_OF(fd));
    if (l == NULL || l->fd != fd)
        return NULL;
    if (l->cookie != 0)
        return zg_diag_cookie(fd) == l->cookie ? l : NULL;
    return zg_sys_fstat(fd, &st) == 0 && (uint32_t)st.st_ino == l->sock_ino ? l : NULL;
}

struct each {
    bool (*visit)(struct zg_listener *l, void *arg);
    void *arg;
    int pid;
};

static bool visit_own(uintptr_t key, void *value, void *arg)
{
    struct each *each = arg;
    struct zg_listener *l = value;

    (void)key;
    return l->pid != each->pid || each->visit(l, each->arg);
}

void zg_listener_each(bool (*visit)(struct zg_listener *l, void *arg), void *arg)
{
    struct each each = {visit, arg, zg_sys_getpid()};

    if (__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
        zg_table_each(&by_fd, visit_own, &each);
}
