/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about endpoints: what was found, in words. */
#ifndef ZG_ENDPOINT_REPORT_H
#define ZG_ENDPOINT_REPORT_H

#include <sys/stat.h>

#include "endpoint/inspect.h"
#include "host/thread.h"
#include "report/finding.h"

/* Who noticed, and in which call. */
struct zg_notice {
    struct zg_thread *thread;
    struct zg_socket *socket; /* NULL when the thread is not inside a call of the application's */
    uint32_t op;              /* ZG_OP_COUNT: none, an I/O thread noticed */
    zg_stack_id stack;
    const char *doing; /* instead of op: "chmod()", or NULL */
};

struct zg_peer {
    uint32_t uid, gid; /* UINT32_MAX: the kernel does not say */
    int pid;           /* 0: not visible here */
    bool nameless;     /* uid stands for all that have no name in this user namespace */
};

/* uri: as libzmq resolved it; written: as the program wrote it, which is the same in the next run,
 * where wildcards become something else. */
struct zg_endpoint_name {
    const char *uri, *written;
};

/*
 * What could not be looked at, and so is neither reported nor silently taken for right: one line
 * "libzmqguard: not known: …" in a process for each cause. error: -errno or -ZG_E…; the format
 * says what it is.
 */
enum zg_unseen {
    ZG_UNSEEN_MEMORY, /* no memory for a record: what happens later is not noticed */
    ZG_UNSEEN_WAY,    /* a directory or link on the way, and what is before it */
    ZG_UNSEEN_FILE,
    ZG_UNSEEN_OWNER, /* an owner without a name */
    ZG_UNSEEN_ACL,
    ZG_UNSEEN_SERVER, /* whether a process listens */
    ZG_UNSEEN_LATER,  /* the path is too long to look again */
    ZG_UNSEEN_CAUSES,
};
void zg_report_unseen(enum zg_unseen cause, int error, const char *format, ...);

/* zg_finding_begin(): one finding for each kind, place, endpoint and peer. peer: a uid, or 0. */
struct zg_finding *zg_report_begin(enum zg_kind kind, zg_stack_id stack, const char *written,
                                   uint32_t peer);

/* zg_finding_end(), or when the call of the application's is left: zg_endpoint_leave(). */
void zg_report_end(struct zg_finding *f, const struct zg_notice *n);

/* zmq_bind() is about to unlink what is not a dead socket of ours. */
void zg_report_unlink(const struct zg_notice *n, const char *uri, const char *path,
                      enum zg_unlink what, const struct stat *st, bool refused);

/* l: where the peer came in. */
void zg_report_peer(const struct zg_notice *n, const struct zg_listener *l,
                    const struct zg_peer *peer, bool refused);
void zg_report_flood(const struct zg_notice *n, const struct zg_listener *l, uint64_t open,
                     uint64_t limit);
void zg_report_no_zap(const struct zg_notice *n, const struct zg_listener *l);
/* The sentence, what follows from it and the fix, for an untrusted server at the uri. */
void zg_report_server(struct zg_finding *f, const char *uri, const struct zg_peer *peer);

/* One that names nothing but the socket: sentence as for zg_buf_format(). name may be NULL. */
void zg_report_plain(const struct zg_notice *n, enum zg_kind kind,
                     const struct zg_endpoint_name *name, const char *format, ...);

/* Fills in the event, the socket and the endpoint. For findings made elsewhere. */
void zg_report_fill(struct zg_finding *f, const struct zg_notice *n,
                    const struct zg_endpoint_name *name);
void zg_report_fill_listener(struct zg_finding *f, const struct zg_notice *n,
                             const struct zg_listener *l);
void zg_report_fill_peer(struct zg_finding *f, const struct zg_peer *peer);

#endif
