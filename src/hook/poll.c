/* SPDX-License-Identifier: MPL-2.0 */
/* Calls that use several sockets for as long as they run: poll and proxies. */
#include "hook/call.h"
#include "host/handles.h"
#include "model/inproc.h"

/* That there is a message is all that some want to know. */
static int polled(const struct zg_calls *calls, const struct zg_pollitem *items, int rc)
{
    if (rc <= 0 || calls->call.thread == NULL)
        return rc;
    for (size_t i = 0; i < calls->count; i++) {
        const struct zg_socket *s =
            (items[i].revents & ZG_ZMQ_POLLIN) != 0 ? zg_calls_socket(calls, i) : NULL;

        if (s != NULL)
            (void)zg_inproc_after_recv(&calls->call.thread->actor, s, 0);
    }
    return rc;
}

int zmq_poll(struct zg_pollitem *items, int count, long timeout)
{
    int rc;

    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_poll);
    rc = ZG_REAL(calls.call, zmq_poll)(items, count, timeout);
    return polled(&calls, items, rc);
}

int zg_hook_zmq_ppoll(struct zg_pollitem *items, int count, long timeout, const sigset_t *mask)
{
    int rc;

    ZG_CALLS(calls, items, sizeof(*items), count > 0 ? (size_t)count : 0, zmq_ppoll);
    rc = ZG_REAL_DRAFT(calls.call, zmq_ppoll)(items, count, timeout, mask);
    return polled(&calls, items, rc);
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
