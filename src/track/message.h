/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The general path of sends and receives. In a file of its own: these have a frame pointer, and put
 * the one that the hook was called with where the hook's frame begins, as stacks are taken by it
 * (host/stack.h).
 */
#ifndef ZG_TRACK_MESSAGE_H
#define ZG_TRACK_MESSAGE_H

#include "model/inproc.h"
#include "track/call.h"

/* After a receive that may be from elsewhere than this process. Returns rc. */
int zg_message_from_outside(int rc);

/* After a receive on a socket that is not quiet: a message over inproc is an order that is seen;
 * from elsewhere it may be one that is not. Returns rc. */
int zg_message_received(struct zg_socket *s, int rc);

/* Before the real call that sends. caller: of the hook. */
ZG_INLINE void zg_message_sending(const struct zg_slow_call *slow, const void *socket,
                                  uintptr_t caller, uint32_t op)
{
    if (zg_unlikely(slow->socket == NULL)) {
        zg_ignored_send(socket);
        return;
    }
    slow->socket->owned.io = true;
    zg_inproc_before_send(&zg_thread_self_or_null->actor, slow->socket);
    zg_fast_steady(zg_thread_self_or_null, slow->socket, caller, op);
}

/* Before the real call that receives, and after it, when it returned rc. Returns rc. */
ZG_INLINE void zg_message_receiving(const struct zg_slow_call *slow)
{
    if (zg_likely(slow->socket != NULL))
        slow->socket->owned.io = true;
}
ZG_INLINE int zg_message_end(const struct zg_slow_call *slow, const void *socket, int rc)
{
    if (zg_unlikely(slow->socket == NULL)) {
        if (rc >= 0)
            zg_ignored_receive(socket);
        return rc;
    }
    if (slow->socket->outside && slow->socket->inproc != NULL)
        (void)zg_message_from_outside(rc);
    return zg_message_received(slow->socket, rc);
}

/* caller and frame: those of the hook. */
int zg_message_send(void *socket, const void *buf, size_t len, int flags, uintptr_t caller,
                    uintptr_t frame);
int zg_message_recv(void *socket, void *buf, size_t len, int flags, uintptr_t caller,
                    uintptr_t frame);
int zg_message_msg_send(struct zg_zmq_msg *msg, void *socket, int flags, uintptr_t caller,
                        uintptr_t frame);
int zg_message_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags, uintptr_t caller,
                        uintptr_t frame);
int zg_message_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags, uintptr_t caller,
                       uintptr_t frame);
int zg_message_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags, uintptr_t caller,
                       uintptr_t frame);

/* What goes by a hint with which there is more to look at, or a use that is to be timed: the socket
 * is being entered (zg_fast_enter()). */
int zg_message_more_send(void *socket, const void *buf, size_t len, int flags,
                         const struct zg_call_site *site);
int zg_message_more_recv(void *socket, void *buf, size_t len, int flags,
                         const struct zg_call_site *site);
int zg_message_more_msg_send(struct zg_zmq_msg *msg, void *socket, int flags,
                             const struct zg_call_site *site);
int zg_message_more_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags,
                             const struct zg_call_site *site);
int zg_message_more_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                            const struct zg_call_site *site);
int zg_message_more_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags,
                            const struct zg_call_site *site);

#endif
