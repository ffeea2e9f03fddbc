/* SPDX-License-Identifier: MPL-2.0 */
/* The descriptors on which libzmq listens. */
#include "endpoint/listener.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"

#define LISTENERS_MAX 16384
#define KEY_OF(fd)    ((uintptr_t)(fd) + 2) /* keys 0 and 1 are the table's own */

bool zg_listener_any;

static struct zg_pool pool = ZG_POOL(struct zg_listener, LISTENERS_MAX);
static struct zg_table table = {.limit = LISTENERS_MAX};
/* Bits by hash of the last component of every listener's path so far. Atomic; only grows. */
static uint64_t names;

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

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static uint64_t name_bit(const char *path)
{
    uint32_t h = 2166136261U; /* FNV-1a */

    for (const char *p = last_component(path); *p != '\0'; p++)
        h = (h ^ (unsigned char)*p) * 16777619U;
    return (uint64_t)1 << (h >> 26);
}

bool zg_listener_may_have_name(const char *path)
{
    return (__atomic_load_n(&names, __ATOMIC_RELAXED) & name_bit(path)) != 0;
}

void zg_listener_put(struct zg_listener *l)
{
    struct zg_listener *old = zg_table_take(&table, KEY_OF(l->fd));

    if (old != NULL)
        zg_listener_drop(old);
    if (zg_table_put(&table, KEY_OF(l->fd), l) != 0) {
        zg_listener_drop(l);
        return;
    }
    if (l->path[0] != '\0')
        __atomic_or_fetch(&names, name_bit(l->path), __ATOMIC_RELAXED);
    __atomic_store_n(&zg_listener_any, true, __ATOMIC_RELAXED);
}

struct zg_listener *zg_listener_find(int fd)
{
    struct zg_listener *l;
    struct stat st;

    if (!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED) || fd < 0)
        return NULL;
    l = zg_table_find(&table, KEY_OF(fd));
    if (l == NULL || l->fd != fd || zg_sys_fstat(fd, &st) != 0)
        return NULL;
    return (uint32_t)st.st_ino == l->sock_ino ? l : NULL;
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
        zg_table_each(&table, visit_own, &each);
}
