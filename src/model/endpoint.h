/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The rules for endpoints: what a URI means, and what is wrong with what was found at its end.
 * Pure: facts go in, issues come out. Who looked (host/path.h, endpoint/inspect.h) and what is said
 * about it (endpoint/report.h) are elsewhere.
 */
#ifndef ZG_MODEL_ENDPOINT_H
#define ZG_MODEL_ENDPOINT_H

#include "base/compiler.h"

#define ZG_ENDPOINT_URI     128 /* an ipc URI has at most 113 bytes; longer ones are cut */
#define ZG_ENDPOINT_NO_MODE ((uint32_t)0xffffffff)

/* What a socket is bound or connected to, from the call that made it to the one that ended it. The
 * list of a socket is complete as long as there is memory. */
struct zg_endpoint {
    bool bound;                /* else connected */
    uint32_t lacks;            /* security groups that were not set when it was made */
    uint32_t mode;             /* of the bound ipc file; ZG_ENDPOINT_NO_MODE when there is none */
    char uri[ZG_ENDPOINT_URI]; /* raw; bound: as libzmq resolved it, connected: as given */
    struct zg_endpoint *next;  /* list of the socket, newest first; pool link: last word */
};

struct zg_buf;

/*
 * The list in zg_socket.endpoints, whose address all these take. Any thread may ask about any
 * socket. None fails: without memory an endpoint is not named in reports, and no option comes too
 * late for it.
 */
void zg_endpoints_add(struct zg_endpoint **list, const char *uri, bool bound, uint32_t mode,
                      uint32_t lacks);
/* libzmq ended every endpoint of that name. It may be another spelling of one that is in the list
 * ("tcp://localhost:5555"); then it could be any, and no option is too late for any. */
void zg_endpoints_remove(struct zg_endpoint **list, const char *uri, bool bound);
void zg_endpoints_clear(struct zg_endpoint **list);
/* The security groups that some endpoint goes without. */
uint32_t zg_endpoints_lack(struct zg_endpoint *const *list);
/* "bound ipc://x (mode 0600), connected tcp://y, and 3 more", the newest first. */
void zg_endpoints_describe(struct zg_endpoint *const *list, struct zg_buf *out);

enum zg_transport {
    ZG_TRANSPORT_OTHER,
    ZG_TRANSPORT_IPC,
    ZG_TRANSPORT_TCP,
    ZG_TRANSPORT_WS,
    ZG_TRANSPORT_INPROC,
};

/* By what stands before "://"; uri may be NULL. */
enum zg_transport zg_uri_transport(const char *uri);
/* What follows "://", or "" when there is none. */
const char *zg_uri_address(const char *uri);
/* An ipc address of the forms of zmq_ipc(7). */
enum zg_ipc_form { ZG_IPC_ABSOLUTE, ZG_IPC_RELATIVE, ZG_IPC_ABSTRACT, ZG_IPC_WILDCARD };
enum zg_ipc_form zg_ipc_form(const char *address);
/* Is the host of a numeric "host:port", as in ZMQ_LAST_ENDPOINT, reached from this machine only?
 * 127.0.0.0/8, [::1] and [::ffff:127.0.0.0/104]. Names are not: they are never looked up. */
bool zg_address_is_loopback(const char *host_port);

enum zg_trust {
    ZG_TRUST_NO,
    ZG_TRUST_YES,
    ZG_TRUST_UNKNOWN, /* stands for ids that have no name here: never held against anyone */
};

#define ZG_FACTS_STEPS 96
#define ZG_MODE_STICKY 01000U
#define ZG_NO_STEP     ((uint32_t)0xffffffff)

/* One component of the way to the file, as it was found. */
struct zg_step_facts {
    char type; /* 'd' directory, 'l' symbolic link, 's' socket, '-' anything else, '?' not seen */
    uint32_t mode;
    enum zg_trust owner, group;
    bool has_acl;         /* then the group bits of mode are the ACL's mask, not the group's */
    bool acl_group_write; /* what the ACL gives the owning group */
    bool acl_untrusted;   /* the ACL lets an untrusted user or group write */
    bool remapped;        /* the file system shows other owners than it checks (NFS, FUSE) */
    bool accepted; /* a directory that trusted_dirs= names: whoever may write to it is known */
};

struct zg_endpoint_facts {
    enum zg_ipc_form form; /* of the address that is bound: never WILDCARD */
    bool later;            /* not between bind(2) and listen(2), but some time after */
    bool complete;         /* the last step is the file */
    bool direct;           /* and what stands just before it on the way is not known */
    bool gone;             /* the walk ended because there is no such file */
    bool identity_known;   /* it is known whether the file is the socket's own */
    bool is_ours;
    bool was_open_to_all; /* later: mode o+w at the bind */
    bool was_open_to_group;
    uint32_t count;
    struct zg_step_facts steps[ZG_FACTS_STEPS];
};

enum zg_issue {
    ZG_ISSUE_ABSTRACT,
    ZG_ISSUE_RELATIVE,
    ZG_ISSUE_PARENT_STICKY,
    ZG_ISSUE_PARENT_OWNER,    /* an untrusted user owns the directory */
    ZG_ISSUE_PARENT_GROUP,    /* an untrusted group may write to it */
    ZG_ISSUE_PARENT_ACL,      /* its ACL lets an untrusted id write */
    ZG_ISSUE_PARENT_WRITABLE, /* anyone may */
    ZG_ISSUE_LINK_OWNER,      /* an untrusted user made the link */
    ZG_ISSUE_LINK_REPLACEABLE,
    ZG_ISSUE_NOT_SOCKET,
    ZG_ISSUE_NOT_OURS, /* a socket, but not the one that was bound */
    ZG_ISSUE_OWNER,
    ZG_ISSUE_GONE, /* between bind(2) and listen(2) */
    ZG_ISSUE_WORLD_WRITABLE,
    ZG_ISSUE_GROUP_WRITABLE,
    ZG_ISSUE_ACL,
    ZG_ISSUE_WINDOW, /* it was open to others, and no longer is */
    ZG_ISSUE_REPLACED,
    ZG_ISSUES,
};

/* Each issue at most once, with the first step (from the root) that has it. */
struct zg_verdict {
    uint32_t issues;          /* bits 1 << enum zg_issue */
    uint32_t step[ZG_ISSUES]; /* ZG_NO_STEP for what is about no step */
    uint32_t shield;          /* first directory that others may not pass, or ZG_NO_STEP */
};

ZG_INLINE bool zg_verdict_has(const struct zg_verdict *v, enum zg_issue issue)
{
    return (v->issues >> issue & 1) != 0;
}

/* The verdict on an ipc endpoint as it was found. Pure: the same facts, the same verdict. */
void zg_endpoint_judge(const struct zg_endpoint_facts *facts, struct zg_verdict *verdict);
/* Which of the issues that a step can have does this one? For a report, which marks all steps. */
uint32_t zg_endpoint_step_issues(const struct zg_endpoint_facts *facts, uint32_t step);
/* May group members write, beyond the owner? */
bool zg_step_group_writes(const struct zg_step_facts *s);

/* What stands at the path that zmq_bind() is about to unlink. */
struct zg_unlink_facts {
    char type; /* as in zg_step_facts; 'd' cannot be unlinked, '?' nothing there */
    enum zg_trust owner;
    bool empty_own;    /* an empty regular file of our own uid: mkstemp(3) for a free name */
    bool served;       /* a listener (or datagram socket) is bound to it */
    bool served_by_us; /* and that is one of this process, whose zmq socket was closed or unbound */
};

enum zg_unlink { ZG_UNLINK_FINE, ZG_UNLINK_NOT_SOCKET, ZG_UNLINK_LIVE, ZG_UNLINK_OWNER };
/* May zmq_bind() unlink this? Pure. */
enum zg_unlink zg_unlink_judge(const struct zg_unlink_facts *facts);

/*
 * Security options of a socket: bits of zg_socket.security. Options apply to endpoints made after
 * they were set, and mean nothing to inproc.
 */
#define ZG_SECURITY_MECHANISM   ((uint32_t)1 << 0) /* CURVE, PLAIN or GSSAPI was chosen */
#define ZG_SECURITY_SECRET      ((uint32_t)1 << 1) /* CURVE secret key */
#define ZG_SECURITY_ZAP_DOMAIN  ((uint32_t)1 << 2) /* ZMQ_ZAP_DOMAIN is not empty */
#define ZG_SECURITY_ZAP_ENFORCE ((uint32_t)1 << 3) /* ZMQ_ZAP_ENFORCE_DOMAIN is on */
#define ZG_SECURITY_GROUPS      ((uint32_t)15)
#define ZG_SECURITY_SERVER      ((uint32_t)1 << 8) /* CURVE_SERVER or PLAIN_SERVER is on */
#define ZG_SECURITY_LATE_SAID   ((uint32_t)1 << 10)
#define ZG_SECURITY_INPROC_SAID ((uint32_t)1 << 11)
#define ZG_SECURITY_FD_SHIFT    16 /* bits 16..31: ZMQ_USE_FD + 1, 0 = none */

/* Does anybody decide who may be a peer? is_null: the mechanism is NULL; has_handler: the context
 * has a ZAP handler now. From libzmq's {null,plain_server,curve_server}_mechanism.cpp. */
bool zg_security_authenticates(uint32_t word, bool is_null, bool has_handler);
/* The word after a setsockopt. value_is_zero: an int of 0, or no value at all. *set: the group that
 * the option turned on, 0 none: it comes too late for the endpoints that lack it. */
uint32_t zg_security_of_option(int option, bool value_is_zero, uint32_t now, uint32_t *set);
/* The groups that an endpoint made now goes without; none for inproc, which has no security. */
uint32_t zg_security_lacks(uint32_t now, enum zg_transport transport);

#endif
