/* SPDX-License-Identifier: MPL-2.0 */
/* What the parts of the endpoint checks share: the present zmq_bind() of a thread, and the records
 * by which an I/O thread's findings lead back to the application's calls. */
#ifndef ZG_ENDPOINT_IPC_H
#define ZG_ENDPOINT_IPC_H

#include "endpoint/report.h"
#include "host/lib.h"

/* The thread is inside zmq_bind(): what bind(2), listen(2) and unlink(2) called by libzmq mean.
 * thread == NULL: it is not. */
struct zg_bind_scope {
    struct zg_thread *thread;
    struct zg_socket *socket;
    const char *uri;
    zg_stack_id stack;
    struct zg_listener *listener; /* made by the hook of listen(2) */
};

extern __thread struct zg_bind_scope zg_bind_scope
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

ZG_INLINE struct zg_notice zg_bind_notice(const struct zg_bind_scope *scope)
{
    return (struct zg_notice){
        .thread = scope->thread,
        .socket = scope->socket,
        .op = ZG_OP_zmq_bind,
        .stack = scope->stack,
    };
}

/*
 * libzmq has bound fd and is about to listen on it: looks at it, raises what is wrong (may not
 * return), and makes the record. NULL for what is not to be watched, or without memory.
 */
struct zg_listener *zg_ipc_listening(const struct zg_bind_scope *scope, int fd);
/* After listen(2) succeeded (ok) or not. */
void zg_ipc_listened(struct zg_bind_scope *scope, struct zg_listener *l, bool ok);

/* Looks again at a listener's file; at most once a second, unless now. May raise. */
void zg_ipc_look_again(const struct zg_notice *n, struct zg_listener *l, bool now);

/* After unlink(path) and the like by the application returned rc, which is returned: listeners
 * whose file is gone are no longer expected to have one. Keeps errno. */
int zg_ipc_removed(int rc, const char *path);

/* Has the context a ZAP handler? */
bool zg_zap_is_bound(const struct zg_context *c, uint32_t number);

/* A zmq_connect() to an ipc address, for the finding about its server. */
struct zg_ipc_connect {
    uint64_t key; /* of the address */
    char uri[ZG_ENDPOINT_URI];
    uint32_t socket_number;
    int16_t socket_type;
    uint32_t thread, thread_slot;
    zg_stack_id stack;
    void *pool_link;
};
/* Remembers it. Keeps the last one of each address. */
void zg_ipc_connecting(const struct zg_thread *t, const struct zg_socket *s, const char *uri);
/* By the bytes of a sockaddr_un's path. A copy: false when there is none. */
bool zg_ipc_connect_of(const char *path, size_t len, struct zg_ipc_connect *out);

/* Is the guard at work, and did the user ask for repair? */
bool zg_hardened(void);

#endif
