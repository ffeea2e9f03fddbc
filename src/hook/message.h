/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The general path of sends and receives. In a file of its own: these have a frame pointer, and put
 * the one that the hook was called with where the hook's frame begins, as stacks are taken by it
 * (host/stack.h).
 */
#ifndef ZG_HOOK_MESSAGE_H
#define ZG_HOOK_MESSAGE_H

#include "model/inproc.h"
#include "track/call.h"

/* After a receive on a socket that is not quiet: a message over inproc is an order that is seen;
 * from elsewhere it may be one that is not. Returns rc. */
int zg_message_received(struct zg_socket *s, int rc);

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
