/* SPDX-License-Identifier: MPL-2.0 */
/* Calls inside ZMQGUARD_IGNORE_BEGIN/END. */
#include "track/ignored.h"

#include "base/str.h"
#include "host/handles.h"
#include "host/outside.h"

static struct zg_socket *open_socket(const void *socket)
{
    struct zg_socket *s = zg_handles_find((uintptr_t)socket);

    return s != NULL && __atomic_load_n(&s->life, __ATOMIC_ACQUIRE) == ZG_LIFE_OPEN ? s : NULL;
}

/* NULL: the thread does not ignore. */
static struct zg_thread *ignoring_thread(void)
{
    struct zg_thread *t = zg_thread_self_or_null;

    return t != NULL && t->ignore != 0 && t->busy == 0 ? t : NULL;
}

void zg_ignored_send(const void *socket)
{
    struct zg_thread *t = ignoring_thread();
    const struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s != NULL && s->inproc != NULL)
        zg_inproc_send_outside(&t->actor, s);
}

void zg_ignored_receive(const void *socket)
{
    struct zg_thread *t = ignoring_thread();
    const struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s != NULL && s->inproc != NULL)
        zg_inproc_receive_outside(&t->actor, s);
    if (t != NULL && (s == NULL || s->inproc == NULL || s->outside))
        zg_outside_received(t, "zmq_recv");
}

void zg_ignored_attach(const void *socket, zg_ignored_how *how, const char *address)
{
    struct zg_thread *t = ignoring_thread();
    struct zg_socket *s = t != NULL ? open_socket(socket) : NULL;

    if (s == NULL)
        return;
    if (zg_str_starts(address, "inproc://")) {
        how(s->context, s, address + 9);
        zg_inproc_send_outside(&t->actor, s);
    } else {
        s->outside = true;
    }
    zg_call_sites_clear(t); /* as in hook/socket.c */
}

struct zg_socket *zg_ignored_close(const struct zg_call *call, const void *socket)
{
    struct zg_socket *s = call->ignoring != NULL ? open_socket(socket) : NULL;

    if (s == NULL)
        return NULL;
    zg_inproc_detached(s);
    zg_handles_closing(s, &call->ignoring->actor, call->stack);
    return s;
}
