/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Sending and receiving. A message over inproc orders its sender before its receiver.
 *
 * The fast path (track/call.h), instruction by instruction: whatever is more than a comparison is a
 * jump to track/message.c. Compiled without a frame pointer (Makefile).
 */
#include "track/message.h"
#include "track/free.h"

ZG_INLINE bool enter_to_send(struct zg_fast_call *fast)
{
    if (zg_unlikely(!zg_fast_holds(fast)))
        return false;
    if (zg_unlikely(!zg_inproc_steady_send(&fast->thread->actor, fast->socket, fast->epoch))) {
        fast->socket->owned.left++;
        return false;
    }
    zg_fast_note(fast);
    return true;
}

ZG_INLINE bool enter_to_receive(struct zg_fast_call *fast)
{
    if (zg_unlikely(!zg_fast_holds(fast)))
        return false;
    zg_actor_advance(&fast->thread->actor);
    zg_fast_note(fast);
    return true;
}

int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(!zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_send)))
        return zg_message_send(socket, buf, len, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_send(&fast)))
        return zg_message_more_send(socket, buf, len, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_send)(socket, buf, len, flags);
    }
}

int zmq_recv(void *socket, void *buf, size_t len, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_recv)))
        return zg_message_recv(socket, buf, len, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_receive(&fast)))
        return zg_message_more_recv(socket, buf, len, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recv)(socket, buf, len, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}

int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0 ||
                    !zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_msg_send)))
        return zg_message_msg_send(msg, socket, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_send(&fast)))
        return zg_message_more_msg_send(msg, socket, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_msg_send)(msg, socket, flags);
    }
}

int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_msg_recv)))
        return zg_message_msg_recv(msg, socket, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_receive(&fast)))
        return zg_message_more_msg_recv(msg, socket, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_msg_recv)(msg, socket, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}

/* The same under older names, which jzmq calls. */

int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    struct zg_fast_call fast;

    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0 ||
                    !zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_sendmsg)))
        return zg_message_sendmsg(socket, msg, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_send(&fast)))
        return zg_message_more_sendmsg(socket, msg, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_sendmsg)(socket, msg, flags);
    }
}

int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!zg_fast_enter(&fast, (uintptr_t)socket, ZG_OP_zmq_recvmsg)))
        return zg_message_recvmsg(socket, msg, flags, ZG_HOOK_HERE);
    if (zg_unlikely(!enter_to_receive(&fast)))
        return zg_message_more_recvmsg(socket, msg, flags, fast.site);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recvmsg)(socket, msg, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}
