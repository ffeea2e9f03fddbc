/* SPDX-License-Identifier: MPL-2.0 */
/* Sending and receiving. A message over inproc orders its sender before its receiver. */
#include "host/outside.h"
#include "model/inproc.h"
#include "track/call.h"
#include "track/free.h"

ZG_INLINE void sending(const struct zg_slow_call *slow, const void *socket)
{
    if (zg_unlikely(slow->socket == NULL)) {
        zg_ignored_send(socket);
        return;
    }
    slow->socket->owned.io = true;
    zg_inproc_before_send(&zg_thread_self_or_null->actor, slow->socket);
}

ZG_INLINE void receiving(const struct zg_slow_call *slow)
{
    if (zg_likely(slow->socket != NULL))
        slow->socket->owned.io = true;
}

ZG_COLD static int from_outside(struct zg_thread *t, int rc)
{
    if (rc >= 0)
        zg_outside_received(t, "zmq_recv");
    return rc;
}

/* A message over inproc is an order that is seen; from elsewhere it may be one that is not. */
ZG_INLINE int after_recv(struct zg_thread *t, const struct zg_socket *s, int rc)
{
    return s->inproc == NULL ? from_outside(t, rc) : zg_inproc_after_recv(&t->actor, s, rc);
}

ZG_INLINE int received(const struct zg_slow_call *slow, const void *socket, int rc)
{
    if (zg_unlikely(slow->socket == NULL)) {
        if (rc >= 0)
            zg_ignored_receive(socket);
        return rc;
    }
    if (slow->socket->outside && slow->socket->inproc != NULL)
        (void)from_outside(zg_thread_self_or_null, rc);
    return after_recv(zg_thread_self_or_null, slow->socket, rc);
}

/* The fast path (track/call.h). False: take the general one. */
ZG_INLINE bool fast_send(struct zg_fast_call *fast, void *socket, uint32_t op)
{
    *fast = zg_fast_enter((uintptr_t)socket, op);
    if (zg_unlikely(fast->socket == NULL))
        return false;
    if (zg_unlikely(!zg_inproc_fast_send(&fast->thread->actor, fast->socket))) {
        zg_fast_roll_back(fast);
        return false;
    }
    zg_fast_note(fast);
    return true;
}

ZG_INLINE bool fast_recv(struct zg_fast_call *fast, void *socket, uint32_t op)
{
    *fast = zg_fast_enter((uintptr_t)socket, op);
    if (zg_unlikely(fast->socket == NULL))
        return false;
    zg_actor_advance(&fast->thread->actor);
    zg_fast_note(fast);
    return true;
}

ZG_NOINLINE static int slow_send(void *socket, const void *buf, size_t len, int flags,
                                 uintptr_t caller, uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_send, caller, frame);
    sending(&slow, socket);
    return ZG_SLOW_REAL(slow, zmq_send)(socket, buf, len, flags);
}

int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(!fast_send(&fast, socket, ZG_OP_zmq_send)))
        return slow_send(socket, buf, len, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_send)(socket, buf, len, flags);
    }
}

ZG_NOINLINE static int slow_recv(void *socket, void *buf, size_t len, int flags, uintptr_t caller,
                                 uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recv, caller, frame);
    receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recv)(socket, buf, len, flags);
    return received(&slow, socket, rc);
}

int zmq_recv(void *socket, void *buf, size_t len, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!fast_recv(&fast, socket, ZG_OP_zmq_recv)))
        return slow_recv(socket, buf, len, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recv)(socket, buf, len, flags);
        return after_recv(fast.thread, fast.socket, rc);
    }
}

ZG_NOINLINE static int slow_msg_send(struct zg_zmq_msg *msg, void *socket, int flags,
                                     uintptr_t caller, uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_msg_send, caller, frame);
    sending(&slow, socket);
    zg_free_before_send(&slow, msg);
    return ZG_SLOW_REAL(slow, zmq_msg_send)(msg, socket, flags);
}

int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0 ||
                    !fast_send(&fast, socket, ZG_OP_zmq_msg_send)))
        return slow_msg_send(msg, socket, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_msg_send)(msg, socket, flags);
    }
}

ZG_NOINLINE static int slow_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags,
                                     uintptr_t caller, uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_msg_recv, caller, frame);
    receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_msg_recv)(msg, socket, flags);
    return received(&slow, socket, rc);
}

int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!fast_recv(&fast, socket, ZG_OP_zmq_msg_recv)))
        return slow_msg_recv(msg, socket, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_msg_recv)(msg, socket, flags);
        return after_recv(fast.thread, fast.socket, rc);
    }
}

/* The same under older names, which jzmq calls. */

ZG_NOINLINE static int slow_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                                    uintptr_t caller, uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_sendmsg, caller, frame);
    sending(&slow, socket);
    zg_free_before_send(&slow, msg);
    return ZG_SLOW_REAL(slow, zmq_sendmsg)(socket, msg, flags);
}

int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0 ||
                    !fast_send(&fast, socket, ZG_OP_zmq_sendmsg)))
        return slow_sendmsg(socket, msg, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_sendmsg)(socket, msg, flags);
    }
}

ZG_NOINLINE static int slow_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                                    uintptr_t caller, uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recvmsg, caller, frame);
    receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recvmsg)(socket, msg, flags);
    return received(&slow, socket, rc);
}

int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!fast_recv(&fast, socket, ZG_OP_zmq_recvmsg)))
        return slow_recvmsg(socket, msg, flags, ZG_HERE);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recvmsg)(socket, msg, flags);
        return after_recv(fast.thread, fast.socket, rc);
    }
}

/* The calls that nearly nobody makes. */

int zmq_send_const(void *socket, const void *buf, size_t len, int flags)
{
    ZG_SLOW_CALL(slow, socket, zmq_send_const, ZG_HERE);
    sending(&slow, socket);
    return ZG_SLOW_REAL(slow, zmq_send_const)(socket, buf, len, flags);
}

int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags)
{
    ZG_SLOW_CALL(slow, socket, zmq_sendiov, ZG_HERE);
    sending(&slow, socket);
    return ZG_SLOW_REAL(slow, zmq_sendiov)(socket, iov, count, flags);
}

int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recviov, ZG_HERE);
    receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recviov)(socket, iov, count, flags);
    return received(&slow, socket, rc);
}
