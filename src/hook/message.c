/* SPDX-License-Identifier: MPL-2.0 */
/* Sending and receiving. A message over inproc orders its sender before its receiver. */
#include "hook/free.h"
#include "hook/way.h"
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

ZG_INLINE int received(const struct zg_way *way, int rc)
{
    if (zg_unlikely(way->socket == NULL))
        return rc;
    return zg_inproc_after_recv(&zg_thread_self_or_null->actor, way->socket, rc);
}

/* The usual calls (hook/way.h). False: it is none. */
ZG_INLINE bool usual_send(struct zg_usual *usual, void *socket, uint32_t op)
{
    *usual = zg_usual_in((uintptr_t)socket, op);
    if (zg_unlikely(usual->socket == NULL))
        return false;
    if (zg_unlikely(!zg_inproc_usual_send(&usual->thread->actor, usual->socket, &usual->use))) {
        zg_usual_back(usual);
        return false;
    }
    zg_usual_note(usual);
    return true;
}

ZG_INLINE bool usual_recv(struct zg_usual *usual, void *socket, uint32_t op)
{
    *usual = zg_usual_in((uintptr_t)socket, op);
    if (zg_unlikely(usual->socket == NULL))
        return false;
    zg_usual_note(usual);
    return true;
}

ZG_APART static int other_send(void *socket, const void *buf, size_t len, int flags,
                               uintptr_t caller, uintptr_t frame)
{
    ZG_WAY(way, socket, zmq_send, caller, frame);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_send)(socket, buf, len, flags);
}

int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    struct zg_usual usual;

    if (zg_unlikely(!usual_send(&usual, socket, ZG_OP_zmq_send)))
        return other_send(socket, buf, len, flags, ZG_HERE);
    {
        ZG_USUAL(leaving, usual);
        return ZG_USUAL_REAL(usual, zmq_send)(socket, buf, len, flags);
    }
}

ZG_APART static int other_recv(void *socket, void *buf, size_t len, int flags, uintptr_t caller,
                               uintptr_t frame)
{
    int rc;

    ZG_WAY(way, socket, zmq_recv, caller, frame);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recv)(socket, buf, len, flags);
    return received(&way, rc);
}

int zmq_recv(void *socket, void *buf, size_t len, int flags)
{
    struct zg_usual usual;
    int rc;

    if (zg_unlikely(!usual_recv(&usual, socket, ZG_OP_zmq_recv)))
        return other_recv(socket, buf, len, flags, ZG_HERE);
    {
        ZG_USUAL(leaving, usual);
        rc = ZG_USUAL_REAL(usual, zmq_recv)(socket, buf, len, flags);
        return zg_inproc_after_recv(&usual.thread->actor, usual.socket, rc);
    }
}

ZG_APART static int other_msg_send(struct zg_zmq_msg *msg, void *socket, int flags,
                                   uintptr_t caller, uintptr_t frame)
{
    ZG_WAY(way, socket, zmq_msg_send, caller, frame);
    sending(&way);
    zg_free_before_send(&way, msg);
    return ZG_WAY_REAL(way, zmq_msg_send)(msg, socket, flags);
}

int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_usual usual;

    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0 ||
                    !usual_send(&usual, socket, ZG_OP_zmq_msg_send)))
        return other_msg_send(msg, socket, flags, ZG_HERE);
    {
        ZG_USUAL(leaving, usual);
        return ZG_USUAL_REAL(usual, zmq_msg_send)(msg, socket, flags);
    }
}

ZG_APART static int other_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags,
                                   uintptr_t caller, uintptr_t frame)
{
    int rc;

    ZG_WAY(way, socket, zmq_msg_recv, caller, frame);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_msg_recv)(msg, socket, flags);
    return received(&way, rc);
}

int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_usual usual;
    int rc;

    if (zg_unlikely(!usual_recv(&usual, socket, ZG_OP_zmq_msg_recv)))
        return other_msg_recv(msg, socket, flags, ZG_HERE);
    {
        ZG_USUAL(leaving, usual);
        rc = ZG_USUAL_REAL(usual, zmq_msg_recv)(msg, socket, flags);
        return zg_inproc_after_recv(&usual.thread->actor, usual.socket, rc);
    }
}

/* The calls that nearly nobody makes. */

int zmq_send_const(void *socket, const void *buf, size_t len, int flags)
{
    ZG_WAY(way, socket, zmq_send_const, ZG_HERE);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_send_const)(socket, buf, len, flags);
}

int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    ZG_WAY(way, socket, zmq_sendmsg, ZG_HERE);
    sending(&way);
    zg_free_before_send(&way, msg);
    return ZG_WAY_REAL(way, zmq_sendmsg)(socket, msg, flags);
}

int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags)
{
    ZG_WAY(way, socket, zmq_sendiov, ZG_HERE);
    sending(&way);
    return ZG_WAY_REAL(way, zmq_sendiov)(socket, iov, count, flags);
}

int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_recvmsg, ZG_HERE);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recvmsg)(socket, msg, flags);
    return received(&way, rc);
}

int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags)
{
    int rc;

    ZG_WAY(way, socket, zmq_recviov, ZG_HERE);
    receiving(&way);
    rc = ZG_WAY_REAL(way, zmq_recviov)(socket, iov, count, flags);
    return received(&way, rc);
}
