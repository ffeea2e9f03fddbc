/* SPDX-License-Identifier: MPL-2.0 */
/* Sending and receiving. A message over inproc orders its sender before its receiver. */
#include "hook/call.h"
#include "model/inproc.h"

ZG_INLINE void sending(struct zg_call *call)
{
    if (zg_unlikely(call->socket == NULL))
        return;
    call->socket->owned.io = true;
    zg_inproc_before_send(&call->thread->actor, call->socket);
}

ZG_INLINE void receiving(struct zg_call *call)
{
    if (zg_likely(call->socket != NULL))
        call->socket->owned.io = true;
}

ZG_INLINE void received(struct zg_call *call, int rc)
{
    if (zg_likely(call->socket != NULL && rc >= 0))
        zg_inproc_after_recv(&call->thread->actor, call->socket);
}

int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    ZG_CALL(call, socket, zmq_send);
    sending(&call);
    return ZG_REAL(call, zmq_send)(socket, buf, len, flags);
}

int zmq_send_const(void *socket, const void *buf, size_t len, int flags)
{
    ZG_CALL(call, socket, zmq_send_const);
    sending(&call);
    return ZG_REAL(call, zmq_send_const)(socket, buf, len, flags);
}

int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags)
{
    ZG_CALL(call, socket, zmq_msg_send);
    sending(&call);
    return ZG_REAL(call, zmq_msg_send)(msg, socket, flags);
}

int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    ZG_CALL(call, socket, zmq_sendmsg);
    sending(&call);
    return ZG_REAL(call, zmq_sendmsg)(socket, msg, flags);
}

int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags)
{
    ZG_CALL(call, socket, zmq_sendiov);
    sending(&call);
    return ZG_REAL(call, zmq_sendiov)(socket, iov, count, flags);
}

int zmq_recv(void *socket, void *buf, size_t len, int flags)
{
    int rc;

    ZG_CALL(call, socket, zmq_recv);
    receiving(&call);
    rc = ZG_REAL(call, zmq_recv)(socket, buf, len, flags);
    received(&call, rc);
    return rc;
}

int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags)
{
    int rc;

    ZG_CALL(call, socket, zmq_msg_recv);
    receiving(&call);
    rc = ZG_REAL(call, zmq_msg_recv)(msg, socket, flags);
    received(&call, rc);
    return rc;
}

int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    int rc;

    ZG_CALL(call, socket, zmq_recvmsg);
    receiving(&call);
    rc = ZG_REAL(call, zmq_recvmsg)(socket, msg, flags);
    received(&call, rc);
    return rc;
}

int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags)
{
    int rc;

    ZG_CALL(call, socket, zmq_recviov);
    receiving(&call);
    rc = ZG_REAL(call, zmq_recviov)(socket, iov, count, flags);
    received(&call, rc);
    return rc;
}
