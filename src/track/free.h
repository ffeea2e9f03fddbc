/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Free functions of messages (zmq_msg_init_data). libzmq calls them in whichever thread is the last
 * to hold the message, usually an I/O thread, to which nothing that could be seen leads; pyzmq's
 * zero-copy sends use a socket there. What was done before a message was made, and before it was
 * sent, happens before its free function.
 */
#ifndef ZG_TRACK_FREE_H
#define ZG_TRACK_FREE_H

#include "track/call.h"

/* Messages with free functions, made and not yet freed. Atomic. */
extern uint32_t zg_free_pending;

/* The slow half: the sender's clock goes to the free function of what msg holds. Keeps errno. */
void zg_free_sending(const struct zg_lib *lib, struct zg_zmq_msg *msg);

/* Before the real send of a message. */
ZG_INLINE void zg_free_before_send(const struct zg_slow_call *slow, struct zg_zmq_msg *msg)
{
    if (zg_unlikely(__atomic_load_n(&zg_free_pending, __ATOMIC_RELAXED) != 0) &&
        slow->socket != NULL && msg != NULL)
        zg_free_sending(slow->socket->lib, msg);
}

/* zmq_msg_init_data() with a free function of the guard's own in front of the application's. lib
 * NULL: the copy of libzmq that the caller means. Returns what the real function does. */
int zg_free_msg_init_data(const struct zg_lib *lib, struct zg_zmq_msg *msg, void *data, size_t size,
                          zg_free_fn *fn, void *hint, uintptr_t caller);

#endif
