/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What libzmq does inside zmq_bind(), in the thread of the caller (ipc_listener.cpp: unlink,
 * socket, bind, listen). Between bind(2) and listen(2) the file is there and nobody can connect yet
 * (ECONNREFUSED): what is found wrong then has harmed nobody.
 *
 * A thread is inside zmq_bind() as long as its scope names a thread. All keep errno where they do
 * not say otherwise; they may raise findings and thus not return.
 */
#ifndef ZG_ENDPOINT_BIND_H
#define ZG_ENDPOINT_BIND_H

#include <sys/socket.h>

#include "endpoint/report.h"

struct zg_bind_scope {
    struct zg_thread *thread; /* NULL: it is not inside zmq_bind() */
    struct zg_socket *socket;
    const char *uri; /* as the program wrote it */
    enum zg_transport transport;
    int mechanism; /* enum zg_mechanism */
    zg_stack_id stack;
    struct zg_listener *listener; /* what came of it, once it is recorded */
};

extern __thread struct zg_bind_scope zg_bind_scope
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The real zmq_bind() is about to be called. A descriptor that somebody else made (ZMQ_USE_FD) may
 * listen already: it is looked at and recorded here, before libzmq can accept a peer. */
void zg_bind_begin(const struct zg_bind_scope *scope);
/* It is over. ok: something is bound. The scope as it was; this thread is in none any more. */
struct zg_bind_scope zg_bind_end(bool ok);

/* Is this unlink(2) of libzmq's to go on? Raises when it is not a dead socket of ours that stands
 * there. False: errno is set. libzmq does not look at the result; its bind(2) then fails by itself
 * with EADDRINUSE, which is what zmq_bind() returns. */
bool zg_bind_may_unlink(const char *path);
/* Before bind(2): under harden= the file gets no wider mode at any moment. */
void zg_bind_naming(int fd, const struct sockaddr *address);
/* Before listen(2): looks at what was bound. NULL for what is not to be watched. */
struct zg_listener *zg_bind_listening(int fd);
/* After listen(2) returned rc, which is returned: records it. l may be NULL. */
int zg_bind_listened(struct zg_listener *l, int rc);

/* Is the guard at work, and did the user ask for repair? */
bool zg_hardened(void);

#endif
