/* SPDX-License-Identifier: MPL-2.0 */
/* Looks at what libzmq binds and remembers it for the I/O threads. */
#include "endpoint/ipc.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"
#include "endpoint/reserve.h"
#include "host/guard.h"
#include "host/options.h"

#define LOOK_EVERY_NS ((uint64_t)1000000000)
#define CONNECTS_MAX  4096

bool zg_hardened(void)
{
    /* Without a start there are no options: all zero would mean harden=0. */
    return __atomic_load_n(&zg_state, __ATOMIC_ACQUIRE) >= ZG_STATE_READY &&
           zg_options.harden != ZG_OPTION_UNSET;
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

static void fill(struct zg_listener *l, const struct zg_bind_scope *scope, int fd, uint32_t ino)
{
    struct zg_socket *s = scope->socket;

    l->fd = fd;
    l->sock_ino = ino;
    l->transport = zg_uri_transport(scope->uri);
    (void)zg_str_copy(l->uri, sizeof(l->uri), scope->uri);
    l->by_use_fd = s->security >> ZG_SECURITY_FD_SHIFT != 0;
    l->socket_number = s->number;
    l->socket_type = s->type;
    l->thread = scope->thread->actor.id;
    l->thread_slot = zg_epoch_slot(scope->thread->actor.epoch);
    l->stack = scope->stack;
    l->context = s->context;
    l->context_number = s->context != NULL ? s->context->number : 0;
    l->needs_zap = (s->security & ZG_SECURITY_SERVER) != 0;
}

static void inspect(const struct zg_bind_scope *scope, struct zg_listener *l, const char *path)
{
    struct zg_notice n = zg_bind_notice(scope);
    struct zg_inspection *i = zg_inspection_take();

    if (i == NULL)
        return;
    zg_inspect_new(i, l, path, l->fd);
    zg_report_issues(&n, l, i);
    zg_inspection_give(i);
}

static void inspect_unix(const struct zg_bind_scope *scope, struct zg_listener *l,
                         const struct sockaddr_un *sun, size_t path_len)
{
    char path[sizeof(sun->sun_path) + 1] = "";

    if (path_len > 0)
        memcpy(path, sun->sun_path, path_len);
    if (path_len == 0 || path[0] == '\0')
        l->form = ZG_IPC_ABSTRACT;
    else
        l->form = path[0] == '/' ? ZG_IPC_ABSOLUTE : ZG_IPC_RELATIVE;
    if (l->form != ZG_IPC_ABSTRACT && zg_path_absolute(path, l->path, sizeof(l->path)) != 0)
        l->path[0] = '\0';
    if (l->uri[6] == '*') /* a wildcard: say what it became */
        (void)zg_format(l->uri, sizeof(l->uri), "ipc://%s", path);
    inspect(scope, l, path);
}

struct zg_listener *zg_ipc_listening(const struct zg_bind_scope *scope, int fd)
{
    struct zg_listener *l;
    struct sockaddr_un sun;
    struct stat st;
    size_t path_len;
    int family = name_of(fd, &sun, &path_len);

    if (family == 0 || zg_sys_fstat(fd, &st) != 0)
        return NULL;
    if (family != AF_UNIX && (scope->socket->security & ZG_SECURITY_SERVER) == 0)
        return NULL;
    l = zg_listener_make();
    if (l == NULL)
        return NULL;
    fill(l, scope, fd, (uint32_t)st.st_ino);
    if (family == AF_UNIX)
        inspect_unix(scope, l, &sun, path_len);
    return l;
}

void zg_ipc_listened(struct zg_bind_scope *scope, struct zg_listener *l, bool ok)
{
    if (l == NULL)
        return;
    if (!ok) {
        zg_listener_drop(l);
        return;
    }
    scope->listener = l;
    if (zg_hardened())
        zg_reserve_keep();
    zg_listener_put(l);
}

void zg_ipc_look_again(const struct zg_notice *n, struct zg_listener *l, bool now)
{
    struct zg_inspection *i;
    uint64_t last = __atomic_load_n(&l->looked, __ATOMIC_RELAXED);
    uint64_t time;
    bool can_tell;

    if (l->path[0] == '\0' || __atomic_load_n(&l->closing, __ATOMIC_RELAXED) ||
        l->pid != zg_sys_getpid())
        return;
    time = zg_sys_now();
    if (!now && last != 0 && time - last < LOOK_EVERY_NS)
        return;
    if (!__atomic_compare_exchange_n(&l->looked, &last, time, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return; /* another thread looks */
    i = zg_inspection_take();
    if (i == NULL)
        return;
    can_tell = zg_inspect_again(i, l);
    if (__atomic_load_n(&l->removed_here, __ATOMIC_RELAXED))
        i->verdict.issues &= ~(1U << ZG_ISSUE_REPLACED);
    if (can_tell)
        zg_report_issues(n, l, i);
    zg_inspection_give(i);
}

static struct zg_pool connects = ZG_POOL(struct zg_ipc_connect, CONNECTS_MAX);
static struct zg_table connects_by_key = {.limit = CONNECTS_MAX};

static uint64_t key_of(const char *path, size_t len)
{
    return zg_hash_bytes(ZG_HASH_START, path, len) | 2; /* 0 and 1 are the table's own */
}

void zg_ipc_connecting(const struct zg_thread *t, const struct zg_socket *s, const char *uri)
{
    const char *address = zg_uri_address(uri);
    struct zg_ipc_connect *c;
    uint64_t key;

    key = key_of(address, strlen(address));
    c = zg_table_find(&connects_by_key, key);
    if (c == NULL)
        c = zg_pool_get(&connects);
    if (c == NULL)
        return;
    c->key = 0;
    (void)zg_str_copy(c->uri, sizeof(c->uri), uri);
    c->socket_number = s->number;
    c->socket_type = s->type;
    c->thread = t->actor.id;
    c->thread_slot = zg_epoch_slot(t->actor.epoch);
    c->stack = zg_use_stack(s->owned.use);
    __atomic_store_n(&c->key, key, __ATOMIC_RELEASE);
    if (zg_table_put(&connects_by_key, key, c) != 0)
        zg_pool_put(&connects, c);
}

bool zg_ipc_connect_of(const char *path, size_t len, struct zg_ipc_connect *out)
{
    char address[sizeof(((struct sockaddr_un *)0)->sun_path) + 1] = "";
    const struct zg_ipc_connect *c;
    uint64_t key;

    if (len >= sizeof(address))
        len = sizeof(address) - 1;
    memcpy(address, path, len);
    if (len > 0 && address[0] == '\0')
        address[0] = '@';
    else
        len = strlen(address);
    key = key_of(address, len);
    c = zg_table_find(&connects_by_key, key);
    if (c == NULL || __atomic_load_n(&c->key, __ATOMIC_ACQUIRE) != key)
        return false;
    *out = *c;
    return true;
}
