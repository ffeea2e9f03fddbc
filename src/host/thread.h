/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The threads of the process. Each has a record: the model's actor, what a report says of it, and
 * its caches. A record outlives its thread until nothing refers to its slot any more.
 */
#ifndef ZG_HOST_THREAD_H
#define ZG_HOST_THREAD_H

#include "base/critical.h"
#include "host/fork.h"
#include "host/stack.h"
#include "model/clock.h"

struct zg_socket;
struct zg_sync;
struct zg_pair;

#define ZG_THREAD_NAME        16
#define ZG_THREAD_SCRIPT_NAME 48 /* a name that an interpreter gave; longer ones are cut */
#define ZG_SOCKET_CACHE_BITS  6
#define ZG_SOCKET_CACHE       (1U << ZG_SOCKET_CACHE_BITS) /* entries */
#define ZG_SYNC_CACHE         32                           /* entries */

/*
 * Where a thread used a socket before: all that its next call from there needs, in one cache line.
 * A hint: whoever goes by it checks what it finds (track/call.h). Written by the thread
 * itself; in a child of a fork all are gone (zg_arena_alloc_wiped()), so that no call of the
 * child's goes by a hint of its parent's.
 */
struct zg_call_site {
    uintptr_t caller; /* atomic: 0 = no hint, nothing else counts. Zeroed by who unloads code */
    uintptr_t frame;  /* of the hook, with the function: zg_call_site_frame() */
    uint32_t *in;     /* of the socket's record */
    uint64_t word; /* its owned.word while biased to this thread; with ZG_HINT_MORE: there is more
                      to look at */
    uint64_t use;  /* as in the record, of a cached stack */
    void (*real)(void);
    const struct zg_stack_read *reads; /* of that stack; NULL = there is nothing to compare */
    uint32_t missed;                   /* calls that would have taken the place, since it was */
    uint16_t read_count;               /* as in the cached stack. A place in a script has */
    uint16_t script_count;             /* ZG_STACK_SCRIPT in caller: not for the fast path */
};

/* A synchronisation object as the thread last met it. */
struct zg_known_sync {
    uint64_t tag;
    struct zg_sync *sync; /* tag's, or another's by now: its own tag says so */
    const void *mutex; /* NULL, or the address of a mutex that this thread was the last to release,
                          at that time */
    zg_epoch released; /* what its release was: while it is the object's last, nobody else
                          released it, and it was not destroyed */
};

/* A thread has 64 of them, and eight times as many when it has use for them:
 * zg_call_sites_grow(). */
#define ZG_CALL_SITES       64U
#define ZG_CALL_SITES_SIZES 4

/* One for each tick (host/outside.c) in which a thread took something in, the newest ones. */
#define ZG_OUTSIDE_NOTES 8
struct zg_outside_note {
    uint64_t time;   /* atomic: the tick */
    zg_epoch epoch;  /* of the thread, at the first time in that tick */
    const char *how; /* name of the function */
};

enum zg_thread_state {
    ZG_THREAD_RUNNING,
    ZG_THREAD_FINISHED, /* its last destructor round has begun */
    ZG_THREAD_JOINED,   /* finished, and its joiner knows all it did */
};

struct zg_thread {
    struct zg_actor actor; /* first: a thread is an actor */

    /* Written and read by the thread itself only. */
    struct {
        uintptr_t handle;
        struct zg_socket *socket;
    } sockets[ZG_SOCKET_CACHE];
    struct zg_call_site *sites; /* by track/call.h: one of call_sites, or an empty one */
    uintptr_t site_mask;        /* of an offset into them, in bytes; 0: there are none */
    uint32_t collisions;        /* calls that found their place taken by another */
    struct zg_call_site
        *call_sites[ZG_CALL_SITES_SIZES]; /* stay with the record, for the next thread too */
    struct zg_socket *displaced; /* what the last lookup pushed out of sockets[]; NULL nothing */
    uintptr_t displaced_handle;
    struct zg_known_sync syncs[ZG_SYNC_CACHE]; /* by track/edge.h */
    struct zg_stack_cache *stacks;             /* host/stack.h; made at the first capture */
    uint32_t ignore; /* ZMQGUARD_IGNORE_BEGIN depth: uses are not checked */
    uint32_t busy;   /* > 0 while the guard works on a finding for this thread: what a
                        signal handler or a debugger does then is passed through */
    uint32_t making; /* > 0 inside of zmq_socket(), which starts libzmq's threads */

    /* What it took in from outside: host/outside.h. Written by the thread, read by verdicts. */
    struct zg_outside_note outside[ZG_OUTSIDE_NOTES]; /* a ring */
    uint32_t outside_count;                           /* atomic: ever written */
    uint64_t outside_seen; /* zg_sys_coarse() when a message came from outside last */
    /* A call that the guard holds open: track/provoke.h. Written by the thread, but for state. */
    struct {
        uintptr_t frame;      /* of the call, which all that it has entered has, too */
        struct zg_pair *pair; /* for which it is held */
        uint64_t since;       /* zg_sys_now() */
        uint64_t first;       /* when the first hold was considered; 0 never */
        uint64_t spent;       /* nanoseconds in all, */
        uint64_t spent_later; /* and after the free ones */
        uint32_t state;       /* atomic, a futex: held, not held, somebody came */
    } held;

    /* Written before the thread runs or by itself, read by reports. */
    int tid;
    bool is_main;
    bool internal;          /* libzmq's own: an I/O thread or the reaper (not zmq_threadstart's) */
    uint32_t state;         /* atomic, enum zg_thread_state */
    uint32_t ends;          /* atomic, ZG_THREAD_ENDS_*: what has come of a detached one's end */
    bool announced;         /* atomic: its creator has no more business with the record */
    uint64_t pthread;       /* pthread_t, valid while not joined */
    uint32_t creator;       /* actor id of who created it, 0 unknown */
    zg_stack_id created_at; /* 0 unknown */
    zg_epoch unseen;        /* its first one, when what it was made for was not seen: by libc, for a
                               notification (SIGEV_THREAD), or before libzmq. Else 0 */
    uint64_t stack_lo, stack_hi; /* bounds of its stack, 0 unknown */
    char name[ZG_THREAD_NAME];   /* last known; refreshed by zg_thread_refresh_name() */
    /* What the interpreter called it when it took its first stack; "" unknown. And whether there is
     * no use in asking again. Both written by itself. */
    char script_name[ZG_THREAD_SCRIPT_NAME];
    bool script_named;
};

/* A detached thread's record is given up by whoever is the second: the thread, in its last
 * destructor, or who detaches it. */
#define ZG_THREAD_ENDS_SELF     1U
#define ZG_THREAD_ENDS_DETACHED 2U

/* This thread's record, or NULL before its first call into the guard. Initial-exec. */
extern __thread struct zg_thread *zg_thread_self_or_null
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The same, or a record of no thread's, with nothing in its caches. */
extern __thread struct zg_thread *zg_thread_or_none
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Call it when ignore or busy have changed. While one is set, actor.entering names a sentinel, so
 * that the fast path has one word to look at. */
void zg_thread_set_ignored(struct zg_thread *t);

/* Makes the hints of a new record; forgets all hints of a thread (NULL: of
 * none); notes that a call found its place taken by another call site in use, which may make room
 * for more.
 */
void zg_call_sites_start(struct zg_thread *t);
void zg_call_sites_clear(struct zg_thread *t);
void zg_call_sites_grow(struct zg_thread *t);
/* Forgets those of all threads: for zg_stack_cache_flush(). */
void zg_call_sites_flush(void);
/* What a thread without hints has. */
extern ZG_HIDDEN struct zg_call_site zg_call_site_none;

/* The stack of a hook's call; the thread may be a handler that interrupted a fast call. */
ZG_INLINE zg_stack_id zg_thread_stack(struct zg_thread *t, uintptr_t caller, uintptr_t frame)
{
    return zg_likely(t->actor.entering == NULL) ? zg_stack_take(&t->stacks, caller, frame)
                                                : zg_stack_take_apart(&t->stacks, caller, frame);
}
#define ZG_THREAD_STACK(t) zg_thread_stack(t, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS())

/* Registers the calling thread. Returns NULL when memory is exhausted, and in a handler that
 * interrupted the guard itself (base/critical.h): then pass through. */
struct zg_thread *zg_thread_register(void);

ZG_INLINE struct zg_thread *zg_thread_self(void)
{
    struct zg_thread *t = zg_thread_self_or_null;

    return zg_likely(t != NULL && !zg_critical_is_inside() && zg_fork_page.live != 0)
               ? t
               : zg_thread_register();
}

/* Before pthread_create: a record for the child, which knows what the creator knows. NULL when
 * memory is exhausted. The creator's clock moves on. created_at: 0 unknown. internal: libzmq is
 * the caller. */
struct zg_thread *zg_thread_prepare(struct zg_thread *creator, zg_stack_id created_at,
                                    bool internal);
/* In the child, first thing. */
void zg_thread_begin(struct zg_thread *t);
/* pthread_create failed after all. */
void zg_thread_cancel(struct zg_thread *t);
/* pthread_create succeeded, in the creator; the child may be running, or gone. */
void zg_thread_created(struct zg_thread *t, uint64_t pthread);

/* The record of a thread that is neither joined nor detached, by pthread_t; NULL if unknown. */
struct zg_thread *zg_thread_by_pthread(uint64_t pthread);
/* After a successful join: self knows all that t did. t came from zg_thread_by_pthread() before. */
void zg_thread_joined(struct zg_thread *self, struct zg_thread *t);
void zg_thread_detached(struct zg_thread *t);

/* By actor id and the slot of one of its epochs: NULL when the record was given up. */
struct zg_thread *zg_thread_by_id(uint32_t id, uint32_t slot);
/* Reads the current name from /proc (or prctl for the caller itself). */
void zg_thread_refresh_name(struct zg_thread *t);
/* Threads ever seen in this process: libzmq's own, or the others. */
uint32_t zg_threads_seen(bool internal);
void zg_thread_each(bool (*visit)(struct zg_thread *t, void *arg), void *arg);
/* In the child of a fork: the calling thread is the only one. */
void zg_thread_after_fork(void);
/* Registers the main thread. Until then, and when the guard is off, zg_thread_register() returns
 * NULL. */
void zg_thread_init(void);

/* The records by slot, ZG_SLOT_MAX of them, for who reads them from outside (start/inspect.h). */
struct zg_thread **zg_thread_slots(void);

#endif
