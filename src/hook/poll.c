/* SPDX-License-Identifier: MPL-2.0 */
/* Calls that use several sockets for as long as they run: poll and proxies. */
#include "hook/call.h"
#include "host/handles.h"
#include "model/inproc.h"

int zmq_poll(struct zg_pollitem *items, int count, long timeout)
{
    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_poll);
    return ZG_REAL(calls.call, zmq_poll)(items, count, timeout);
}

int zg_hook_zmq_ppoll(struct zg_pollitem *items, int count, long timeout, const sigset_t *mask)
{
    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_ppoll);
    return ZG_REAL_DRAFT(calls.call, zmq_ppoll)(items, count, timeout, mask);
}

/* A proxy receives and sends without the public API: what goes into one of its ends comes out of
 * the others. */
static void proxied(const struct zg_calls *calls, void *const sockets[], size_t count)
{
    struct zg_socket *records[3];

    if (calls->call.thread == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        records[i] = zg_handles_find((uintptr_t)sockets[i]);
    zg_inproc_proxied(records, count);
}

int zmq_proxy(void *frontend, void *backend, void *capture)
{
    void *sockets[] = {frontend, backend, capture};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_proxy);
    proxied(&calls, sockets, ZG_COUNT(sockets));
    return ZG_REAL(calls.call, zmq_proxy)(frontend, backend, capture);
}

int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control)
{
    void *sockets[] = {frontend, backend, capture, control};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_proxy_steerable);
    proxied(&calls, sockets, ZG_COUNT(sockets) - 1);
    return ZG_REAL(calls.call, zmq_proxy_steerable)(frontend, backend, capture, control);
}

int zmq_device(int type, void *frontend, void *backend)
{
    void *sockets[] = {frontend, backend};

    ZG_CALLS(calls, sockets, sizeof(sockets[0]), ZG_COUNT(sockets), zmq_device);
    proxied(&calls, sockets, ZG_COUNT(sockets));
    return ZG_REAL(calls.call, zmq_device)(type, frontend, backend);
}
