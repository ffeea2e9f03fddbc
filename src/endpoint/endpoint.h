/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One bind or connect from its beginning to its end, as the zmq hooks tell of it.
 *
 * An ipc zmq_bind(), room by room:
 *   hook/socket.c   zmq_bind() is entered (track/call.h) and begins here: endpoint.c
 *   bind.c          the thread is inside zmq_bind(); a descriptor made by others is recorded now
 *   hook/unix.c     libzmq calls unlink, bind and listen, each of which asks
 *   bind.c          may that be removed (model/endpoint.h)? which mode is the file born with?
 *   inspect.c       before listen, walks to the file (host/path.h) for facts; the model judges them
 *   issues.c        says what is wrong, as report.c says all there is to say (report/finding.h)
 *   listener.c      keeps what was found, before libzmq can accept anybody
 *   endpoint.c      zmq_bind() is over: the socket has one more endpoint; security.c looks at ports
 * Later peer.c judges who comes, file.c what becomes of the file; both find the listener's record.
 * reserve.c keeps a descriptor to refuse a peer with.
 *
 * All run in the thread that is inside the zmq call, keep errno and never block; they may raise
 * findings and thus not return. call: zg_call_known() is not NULL. Thread-safe sockets, which are
 * nobody's, have endpoints like others. A call about neither ipc nor tcp costs a string comparison.
 */
#ifndef ZG_ENDPOINT_ENDPOINT_H
#define ZG_ENDPOINT_ENDPOINT_H

#include "model/endpoint.h"
#include "track/call.h"

/* As ZG_CALL(), of a call in which endpoints may be found wrong. It is left, and then what was
 * found is written (report/finding.h: zg_finding_keep()). Keeps errno. */
#define ZG_ENDPOINT_CALL(name, handle, function)                                                   \
    ZG_CALL_LEFT_BY(zg_endpoint_leave, name, handle, function)
void zg_endpoint_leave(struct zg_call *call);

/* Around the real zmq_bind(), which returned rc. */
void zg_endpoint_binding(const struct zg_call *call, const char *uri);
void zg_endpoint_bound(const struct zg_call *call, const char *uri, int rc);

/* Around the real zmq_connect(), zmq_connect_peer(). ok: it did not fail. */
void zg_endpoint_connecting(const struct zg_call *call, const char *uri);
void zg_endpoint_connected(const struct zg_call *call, const char *uri, bool ok);

/* Before the real zmq_unbind(): looks at what was bound a last time. */
void zg_endpoint_unbinding(const struct zg_call *call, const char *uri);
/* After the real zmq_unbind() (bound) or zmq_disconnect() returned rc. */
void zg_endpoint_ended(const struct zg_call *call, const char *uri, bool bound, int rc);

/* After the real zmq_setsockopt() returned rc. */
void zg_endpoint_option(const struct zg_call *call, int option, const void *value, size_t len,
                        int rc);

/* Before the real zmq_close(): looks at what was bound a last time. The list of endpoints stays
 * for reports until the record is given to another object. */
void zg_endpoint_closing(const struct zg_call *call);

#endif
