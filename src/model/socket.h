/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What is remembered of libzmq's objects: contexts, sockets, timer sets, pollers. Plain data; the
 * rules are in owner.h (threads), life.h (states) and endpoint.h (ipc, tcp).
 *
 * A socket's record is type-stable (base/arena.h): found by address without a lock, checked by
 * owned.handle. Timer sets' and pollers' are kept by a key of theirs: track/object.h.
 */
#ifndef ZG_MODEL_SOCKET_H
#define ZG_MODEL_SOCKET_H

#include "model/life.h"
#include "model/owner.h"

struct zg_lib;
struct zg_inproc;
struct zg_endpoint;
struct zg_registered;
struct zg_users;
struct zg_pair;

enum zg_object_what { ZG_WHAT_SOCKET, ZG_WHAT_TIMERS, ZG_WHAT_POLLER };

struct zg_context {
    uintptr_t handle;
    const struct zg_lib *lib;
    uint32_t number; /* C1, C2, … in the order of creation */
    uint32_t fork_generation;
    uint32_t state;   /* atomic, enum zg_life */
    uint32_t creator; /* actor id */
    zg_epoch creator_epoch;
    uint32_t created_at; /* stack id */
    uint32_t ended_by;   /* actor id of who terminated it */
    zg_epoch ended_epoch;
    uint32_t ended_at;    /* stack id */
    uint32_t open;        /* atomic: sockets that are not closed */
    uint32_t zap_handler; /* atomic: number of the socket bound to the ZAP endpoint, 0 none */
    uint64_t ended_time;
    uint64_t
        waited; /* atomic: ns that zmq_ctx_term() has waited in this process, in all its calls */
    uint32_t stops;               /* atomic: calls of zmq_ctx_term() in this process */
    bool stall_told;              /* atomic: term-stall was reported */
    bool not_blocky;              /* atomic: ZMQ_BLOCKY was set to 0: new sockets do not linger */
    bool listed;                  /* guarded by the lock of the list: among the ended ones */
    struct zg_context *next_free; /* pool link and list of ended ones: last word */
};

/* First the ownership (owner.h), then what a call looks at. The rest is written at creation, by who
 * is inside, or under the life lock. */
struct zg_socket {
    struct zg_owned owned;
    const struct zg_lib *lib;
    struct zg_inproc *inproc;   /* its inproc endpoints: model/inproc.h; NULL none */
    struct zg_context *context; /* NULL for timers and pollers */
    uint32_t context_number;    /* the record's number when the socket was made */
    int32_t linger;             /* ZMQ_LINGER as last set, in ms; written by who is inside */
    uint32_t number;            /* S1, S2, … */
    int16_t type;               /* ZMQ_PAIR…, -1 for what has none */
    uint8_t what;               /* enum zg_object_what */
    uint8_t life;               /* atomic, enum zg_life */
    uint32_t fork_generation;
    uint32_t creator; /* actor id */
    zg_epoch creator_epoch;
    uint32_t created_at; /* stack id */
    uint32_t closed_at;  /* stack id */
    uint32_t closed_by;  /* actor id */
    zg_epoch closed_epoch;
    uint64_t closed_time;
    /* The closed object that had the address before, while its record is still its own: then its
     * owned.generation is previous_generation. Written before the record is published. */
    struct zg_socket *previous;
    uint32_t previous_generation;
    struct zg_pair *pair;          /* its last hand-over that may be provoked, NULL none; written
                                      by who is inside: track/provoke.h */
    bool outside;                  /* it has an endpoint of another transport than inproc;
                                      written by who is inside */
    uint32_t security;             /* option groups set so far: model/endpoint.h */
    struct zg_endpoint *endpoints; /* list, newest first; its lock: model/endpoint.c */
    struct zg_users *users; /* atomic: model/users.h; NULL: only one thread so far. It stays with
                               the record when that goes to another object */
    struct zg_registered *registered; /* a poller's sockets: hook/poller.c */
    struct zg_socket *next;           /* pool link and list of closed ones: last word */
} ZG_ALIGNED_LINE;

/* "PUSH", or "?" */
const char *zg_socket_type_name(int type);
/* ZMQ_SERVER…: may be shared between threads. libzmq is asked too (ZMQ_THREAD_SAFE). */
bool zg_socket_type_is_thread_safe(int type);

#endif
