/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Who is at the other end of an ipc endpoint, asked of the kernel as soon as there is one and
 * before a byte is read or sent.
 *
 * What libzmq survives was measured: accept may fail with ECONNABORTED (ipc_listener.cpp: accept),
 * connect with ECONNREFUSED (ipc_connecter.cpp: open); EMFILE from accept aborts the process, and
 * EINTR or EINPROGRESS from connect would make libzmq use the connection.
 */
#ifndef ZG_ENDPOINT_PEER_H
#define ZG_ENDPOINT_PEER_H

#include <sys/socket.h>

#include "endpoint/report.h"
#include "host/lib.h"

/* After accept(2) on any descriptor returned rc. What it is to return instead, with errno. */
int zg_peer_taken(int listener, int rc);
ZG_INLINE int zg_peer_accepted(int listener, int rc)
{
    return zg_likely(!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
               ? rc
               : zg_peer_taken(listener, rc);
}

/* A zmq_connect() to an ipc address begins: remembered for the finding about its server. The last
 * one of each address is kept. */
void zg_peer_connecting(const struct zg_thread *t, const struct zg_socket *s, const char *uri,
                        zg_stack_id stack);
/* Is it one of libzmq's own threads that calls, or libzmq? */
ZG_INLINE bool zg_peer_is_libzmq(uintptr_t caller)
{
    const struct zg_thread *t = zg_thread_self_or_null;

    return zg_lib_is_libzmq(caller) || (t != NULL && t->internal);
}
/* After its connect(2) succeeded: 0, or -1 and errno when the server is refused. */
int zg_peer_connected(int fd, const struct sockaddr *address, socklen_t len);

#endif
