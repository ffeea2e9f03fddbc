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
    uint32_t uid, gid;
    int pid; /* 0: not visible here */
};

/* Every issue of the inspection that was not raised for this listener yet, warnings first: an error
 * may not return. Under harden= what refusing peers repairs is left out. */
void zg_report_issues(const struct zg_notice *n, struct zg_listener *l, struct zg_inspection *i);

/* zmq_bind() is about to unlink what is not a dead socket of ours. */
void zg_report_unlink(const struct zg_notice *n, const char *uri, const char *path,
                      enum zg_unlink what, const struct stat *st, bool refused);

/* l: where the peer came in. */
void zg_report_peer(const struct zg_notice *n, const struct zg_listener *l,
                    const struct zg_peer *peer, bool refused);
void zg_report_flood(const struct zg_notice *n, const struct zg_listener *l, uint64_t open,
                     uint64_t limit);
void zg_report_no_zap(const struct zg_notice *n, const struct zg_listener *l);

/* One that names nothing but the socket: sentence as for zg_buf_format(). */
void zg_report_plain(const struct zg_notice *n, enum zg_kind kind, const char *uri,
                     const char *format, ...);

/* Fills in the event, the socket and the endpoint. For findings made elsewhere. */
void zg_report_fill(struct zg_finding *f, const struct zg_notice *n, const char *uri);
void zg_report_fill_listener(struct zg_finding *f, const struct zg_notice *n,
                             const struct zg_listener *l);
void zg_report_fill_peer(struct zg_finding *f, const struct zg_peer *peer);

#endif
