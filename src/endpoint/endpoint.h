/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the zmq hooks tell of endpoints: which socket is inside zmq_bind() (the hooks of bind(2),
 * listen(2) and unlink(2) ask), what was bound and connected, which security options were set.
 *
 * All run in the thread that is inside the zmq call, keep errno and never block; they may raise
 * findings and thus not return. A call about neither ipc nor tcp costs a string comparison.
 */
#ifndef ZG_ENDPOINT_ENDPOINT_H
#define ZG_ENDPOINT_ENDPOINT_H

#include "host/thread.h"
#include "model/endpoint.h"
#include "model/socket.h"

/* Around the real zmq_bind(). uri may be NULL; rc is the real function's result. */
void zg_endpoint_before_bind(struct zg_thread *t, struct zg_socket *s, const char *uri);
void zg_endpoint_after_bind(struct zg_thread *t, struct zg_socket *s, const char *uri, int rc);

/* Around the real zmq_connect(), zmq_connect_peer(). ok: it did not fail. */
void zg_endpoint_before_connect(struct zg_thread *t, struct zg_socket *s, const char *uri);
void zg_endpoint_after_connect(struct zg_thread *t, struct zg_socket *s, const char *uri, bool ok);

/* Before the real zmq_unbind(): looks at what was bound a last time. */
void zg_endpoint_before_unbind(struct zg_thread *t, struct zg_socket *s, const char *uri);
/* After the real zmq_unbind() (bound) or zmq_disconnect() returned rc. */
void zg_endpoint_ended(struct zg_socket *s, const char *uri, bool bound, int rc);

/* After the real zmq_setsockopt(). */
void zg_endpoint_option(struct zg_thread *t, struct zg_socket *s, int option, const void *value,
                        size_t len, int rc);

/* Before the real zmq_close(): looks at what was bound a last time. The list of endpoints stays
 * for reports until the record is given to another object. */
void zg_endpoint_closing(struct zg_thread *t, struct zg_socket *s);

#endif
