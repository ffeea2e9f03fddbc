/* SPDX-License-Identifier: MPL-2.0 */
/* Sending and receiving by the general path: what hook/message.c jumps to. */
#include "track/message.h"

#include "host/outside.h"
#include "model/inproc.h"
#include "track/free.h"

/* Not inline: zg_message_received() has no register to save then. */
ZG_NOINLINE int zg_message_from_outside(int rc)
{
    if (rc >= 0)
        zg_outside_received(zg_thread_self_or_null, "zmq_recv");
    return rc;
}

int zg_message_received(struct zg_socket *s, int rc)
{
    return s->inproc == NULL ? zg_message_from_outside(rc)
                             : zg_inproc_after_recv(&zg_thread_self_or_null->actor, s, rc);
}

int zg_message_send(void *socket, const void *buf, size_t len, int flags, uintptr_t caller,
                    uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_send, caller, frame);
    zg_message_sending(&slow, socket, caller, ZG_OP_zmq_send);
    return ZG_SLOW_REAL(slow, zmq_send)(socket, buf, len, flags);
}

int zg_message_recv(void *socket, void *buf, size_t len, int flags, uintptr_t caller,
                    uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recv, caller, frame);
    zg_message_receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recv)(socket, buf, len, flags);
    return zg_message_end(&slow, socket, rc);
}

int zg_message_msg_send(struct zg_zmq_msg *msg, void *socket, int flags, uintptr_t caller,
                        uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_msg_send, caller, frame);
    zg_message_sending(&slow, socket, caller, ZG_OP_zmq_msg_send);
    zg_free_before_send(&slow, msg);
    return ZG_SLOW_REAL(slow, zmq_msg_send)(msg, socket, flags);
}

int zg_message_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags, uintptr_t caller,
                        uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_msg_recv, caller, frame);
    zg_message_receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_msg_recv)(msg, socket, flags);
    return zg_message_end(&slow, socket, rc);
}

int zg_message_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags, uintptr_t caller,
                       uintptr_t frame)
{
    ZG_SLOW_CALL(slow, socket, zmq_sendmsg, caller, frame);
    zg_message_sending(&slow, socket, caller, ZG_OP_zmq_sendmsg);
    zg_free_before_send(&slow, msg);
    return ZG_SLOW_REAL(slow, zmq_sendmsg)(socket, msg, flags);
}

int zg_message_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags, uintptr_t caller,
                       uintptr_t frame)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recvmsg, caller, frame);
    zg_message_receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recvmsg)(socket, msg, flags);
    return zg_message_end(&slow, socket, rc);
}

/* By a hint, from what zg_fast_enter() has found on. */

ZG_INLINE bool enter_to_send(struct zg_fast_call *fast, const struct zg_call_site *site)
{
    if (zg_unlikely(!zg_fast_enter_more(fast, site)))
        return false;
    if (zg_unlikely(!zg_inproc_fast_send(&fast->thread->actor, fast->socket))) {
        fast->socket->owned.left++;
        return zg_fast_give_up(fast, ZG_RETURN_ADDRESS());
    }
    zg_fast_note(fast);
    return true;
}

ZG_INLINE bool enter_to_receive(struct zg_fast_call *fast, const struct zg_call_site *site)
{
    if (zg_unlikely(!zg_fast_enter_more(fast, site)))
        return false;
    zg_actor_advance(&fast->thread->actor);
    zg_fast_note(fast);
    return true;
}

int zg_message_more_send(void *socket, const void *buf, size_t len, int flags,
                         const struct zg_call_site *site)
{
    struct zg_fast_call fast;

    if (zg_unlikely(!enter_to_send(&fast, site)))
        return zg_message_send(socket, buf, len, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_send)(socket, buf, len, flags);
    }
}

int zg_message_more_recv(void *socket, void *buf, size_t len, int flags,
                         const struct zg_call_site *site)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!enter_to_receive(&fast, site)))
        return zg_message_recv(socket, buf, len, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recv)(socket, buf, len, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}

int zg_message_more_msg_send(struct zg_zmq_msg *msg, void *socket, int flags,
                             const struct zg_call_site *site)
{
    struct zg_fast_call fast;

    if (zg_unlikely(!enter_to_send(&fast, site)))
        return zg_message_msg_send(msg, socket, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_msg_send)(msg, socket, flags);
    }
}

int zg_message_more_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags,
                             const struct zg_call_site *site)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!enter_to_receive(&fast, site)))
        return zg_message_msg_recv(msg, socket, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_msg_recv)(msg, socket, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}

int zg_message_more_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                            const struct zg_call_site *site)
{
    struct zg_fast_call fast;

    if (zg_unlikely(!enter_to_send(&fast, site)))
        return zg_message_sendmsg(socket, msg, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        return ZG_FAST_REAL(fast, zmq_sendmsg)(socket, msg, flags);
    }
}

int zg_message_more_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                            const struct zg_call_site *site)
{
    struct zg_fast_call fast;
    int rc;

    if (zg_unlikely(!enter_to_receive(&fast, site)))
        return zg_message_recvmsg(socket, msg, flags, fast.caller, fast.frame);
    {
        ZG_FAST_CALL(leaving, fast);
        rc = ZG_FAST_REAL(fast, zmq_recvmsg)(socket, msg, flags);
        return zg_likely(leaving->owned.quiet) ? rc : zg_message_received(leaving, rc);
    }
}
