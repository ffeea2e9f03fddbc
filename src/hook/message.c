/* SPDX-License-Identifier: MPL-2.0 */
/* Sending and receiving. A message over inproc orders its sender before its receiver. */
#include "hook/call.h"
#include "hook/free.h"
#include "model/inproc.h"

ZG_INLINE void sending(const struct zg_way *way)
{
    if (zg_unlikely(way->socket == NULL))
        return;
    way->socket->owned.io = true;
    zg_inproc_before_send(&zg_thread_self_or_null->actor, way->socket);
}

ZG_INLINE void receiving(const struct zg_way *way)
{
    if (zg_likely(way->socket != NULL))
        way->socket->owned.io = true;
}

ZG_INLINE void received(const struct zg_way *way, int rc)
{
    if (zg_likely(way->socket != NULL && rc >= 0))
        zg_inproc_after_recv(&zg_thread_self_or_null->actor, way->socket);
}

int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    ZG_WAY(way, socket, zmq_send);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_send)(socket, buf, len, flags);
}

int zmq_send_const(void *socket, const void *buf, size_t len, int flags)
{
    ZG_WAY(way, socket, zmq_send_const);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_send_const)(socket, buf, len, flags);
}

int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags)
{
    ZG_WAY(way, socket, zmq_msg_send);
    sending(&way);
    zg_free_before_send(&way, msg);
    return ZG_WAY_REAL(way, zmq_msg_send)(msg, socket, flags);
}

int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    ZG_WAY(way, socket, zmq_sendmsg);
    sending(&way);
    zg_free_before_send(&way, msg);
    return ZG_WAY_REAL(way, zmq_sendmsg)(socket, msg, flags);
}

int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags)
{
    ZG_WAY(way, socket, zmq_sendiov);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_sendiov)(socket, iov, count, flags);
}

int zmq_recv(void *socket, void *buf, size_t len, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_recv);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recv)(socket, buf, len, flags);
    received(&way, rc);
    return rc;
}

int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_msg_recv);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_msg_recv)(msg, socket, flags);
    received(&way, rc);
    return rc;
}

int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_recvmsg);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recvmsg)(socket, msg, flags);
    received(&way, rc);
    return rc;
}

int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_recviov);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recviov)(socket, iov, count, flags);
    received(&way, rc);
    return rc;
}
