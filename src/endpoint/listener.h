/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The descriptors on which libzmq listens, and what was found when they were bound: the one truth
 * about them. Found by descriptor from I/O threads, without a lock; a descriptor that was closed
 * and used again for something else is told by the socket's cookie.
 */
#ifndef ZG_ENDPOINT_LISTENER_H
#define ZG_ENDPOINT_LISTENER_H

#include "model/endpoint.h"
#include "model/socket.h"

#define ZG_LISTENER_PATH 512

/* Written by the thread that binds before the record is published; what may change later is
 * atomic. Records are type-stable. */
struct zg_listener {
    int fd;
    uint32_t sock_ino; /* of the socket: fstat(2) on fd */
    uint64_t cookie;   /* of the socket: zg_diag_cookie(), 0 not known */
    int pid;           /* whose it is: a child inherits the table */
    enum zg_transport transport;
    enum zg_ipc_form form;
    bool by_use_fd;                 /* ZMQ_USE_FD: made by somebody else */
    char uri[ZG_ENDPOINT_URI];      /* raw; a wildcard as it was resolved */
    char written[ZG_ENDPOINT_URI];  /* as the program wrote it */
    char resolved[ZG_ENDPOINT_URI]; /* what zmq_unbind() names: for the socket's own calls only */
    /* Absolute; "" when there is none or it is too long: zg_listener_path(). */
    char path[ZG_LISTENER_PATH];
    char
        real[ZG_LISTENER_PATH]; /* the same without links and dots; "" not known. Changes with it */
    bool has_file;              /* the next four are known */
    bool open_to_all, open_to_group;
    uint32_t mode;
    uint64_t dev, ino;
    uint64_t root_dev, root_ino; /* of "/": after chroot(2) the path means something else */
    bool has_umask;
    uint32_t umask;
    /* For reports: the zmq_bind(). */
    uint32_t socket_number;
    int16_t socket_type;
    uint32_t thread, thread_slot; /* actor id and slot */
    uint32_t stack;
    /* Who decides about its peers: endpoint/security.h. */
    const struct zg_context *context;
    uint32_t context_number;
    uint32_t security; /* the socket's word at the bind */
    int mechanism;     /* enum zg_mechanism */
    bool loopback;     /* tcp: no other machine reaches it */

    bool closing;              /* atomic: the zmq socket was closed or unbound */
    bool removed_here;         /* atomic: this process took the file away */
    bool zap_said;             /* atomic */
    uint64_t looked;           /* atomic: zg_sys_now() of the last look, 0 none since the bind */
    uint32_t said;             /* atomic: issues raised so far, bits of enum zg_issue */
    struct zg_listener *older; /* of the same socket; guarded by the table's lock */
    void *pool_link;
};

/* True once there was a listener: hooks of common functions test it first. */
extern bool zg_listener_any;

/* An empty record, or NULL when memory is exhausted. */
struct zg_listener *zg_listener_make(void);
/* Publishes a record whose fd and sock_ino are set; an older one for the descriptor is dropped. */
void zg_listener_put(struct zg_listener *l);
void zg_listener_drop(struct zg_listener *l); /* that was not published */
/* One that was published, and nothing is bound after all. */
void zg_listener_withdraw(struct zg_listener *l);
/* Is it the socket that sock_diag(7) shows with this inode number and cookie? */
bool zg_listener_is(const struct zg_listener *l, uint32_t sock_ino, uint64_t cookie);
/* By descriptor; NULL when it is not (or no longer) one of ours. One system call when found. */
struct zg_listener *zg_listener_find(int fd);
/* A listener of the socket with this number that was put before `last` (NULL: the newest one), or
 * NULL. Every one of them is found, closing ones too. Only the socket's own calls make more. */
struct zg_listener *zg_listener_of(uint32_t socket_number, const struct zg_listener *last);
/* Calls visit for the live listeners of this process until it returns false. Under a lock: no
 * finding may be raised in visit. */
void zg_listener_each(bool (*visit)(struct zg_listener *l, void *arg), void *arg);
/* Copies the path by which the file is looked for now. */
void zg_listener_path(const struct zg_listener *l, char out[ZG_LISTENER_PATH]);
/* The file is there from now on; path has no links. */
void zg_listener_moved(struct zg_listener *l, const char *path);

#endif
