/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Messages as synchronisation: what a thread did before it sent a message into an inproc endpoint
 * happens before what a receiver of messages from there does afterwards.
 *
 * An endpoint (context and name) has two sides, who bound and who connected. A send is released
 * into the sender's side, a receive acquires the other side. Per side there is one object for the
 * first socket, which alone releases into it while inside a call (so: plain stores), and one for
 * all others, which merges. A proxy joins the endpoints of its sockets to a group, which is one
 * more object that all of them release into and acquire. So a message costs the same for any
 * number of peers; and nothing while the sender has done nothing else than send on this socket.
 *
 * More edges than messages, never fewer: a name keeps what was released into it after its sockets
 * are closed (the message may still be on its way).
 */
#ifndef ZG_MODEL_INPROC_H
#define ZG_MODEL_INPROC_H

#include "base/fence.h"
#include "model/socket.h"
#include "model/sync.h"

#define ZG_INPROC_ENDS 4 /* of one socket, looked at apart; more are joined to a group */

struct zg_inproc_name; /* an endpoint: context and name */

struct zg_inproc_end {
    struct zg_inproc_name *name;
    uint32_t side; /* 0 bound, 1 connected */
    bool first;    /* the side's first socket */
    zg_epoch seen; /* of the other side's common object; acquired by `reader` */
};

/* A socket's inproc endpoints. Written by who is inside a call on the socket. */
struct zg_inproc {
    zg_epoch published;    /* the publisher's after its last send; or ZG_INPROC_NEVER */
    struct zg_sync *other; /* mostly: what its one end receives from; else the one of none */
    zg_epoch heard;        /* a last release there, which `hearer` knows for good */
    uint32_t hearer;       /* actor id; 0 nobody */
    zg_epoch epoch;        /* of the last release, which is the last send's, or one like it; 0 none;
                              unless the socket's own object says it */
    bool streams;          /* the last send that took the general path had nothing new to release */
    uint32_t publisher;    /* actor id */
    uint32_t reader;       /* actor id of who saw `seen` */
    uint32_t quiet_for;    /* actor id of who set the socket's `quiet` */
    const struct zg_sync *group; /* the group's object that seen_by_group is of */
    zg_epoch seen_by_group;
    uint32_t count;
    struct zg_inproc_end ends[ZG_INPROC_ENDS];
    struct zg_inproc *next_free; /* pool link: last word */
};

/* Before the real zmq_bind() or zmq_connect(), so that no message is earlier. name: what follows
 * "inproc://". The calling thread is inside a call on the socket. */
void zg_inproc_bound(const struct zg_context *c, struct zg_socket *s, const char *name);
void zg_inproc_connected(const struct zg_context *c, struct zg_socket *s, const char *name);
/* Before the real zmq_close(). */
void zg_inproc_detached(struct zg_socket *s);
/* Before a proxy runs: what goes into one of the sockets comes out of the others. NULL entries are
 * skipped. */
void zg_inproc_proxied(struct zg_socket *const sockets[], size_t count);

#define ZG_INPROC_NEVER UINT64_MAX
/* Where there is none: nobody's clock is its, and there is always more to look at. */
extern ZG_HIDDEN struct zg_sync zg_inproc_none;

/* The slow half of zg_inproc_after_recv(): learns what came into the endpoint. Returns rc. */
int zg_inproc_collect(struct zg_actor *a, struct zg_inproc *p, int rc);

/*
 * A socket that receives from one other is quiet while the thread that uses it is the one that sent
 * last on the other, too: then a receive teaches nothing, which is one look at a flag. Set by that
 * thread, which is inside; taken away by whoever sends into the endpoint and is not known to it,
 * after its release and before the message.
 */
/* Returns rc. */
int zg_inproc_quieten(const struct zg_actor *a, struct zg_socket *s, int rc);

/* What a release or an acquire of a message is noted as. */
#define ZG_INPROC_TAG zg_sync_tag(0, ZG_SYNC_INPROC)

/* Before the real send, inside of it and when the use is noted. Nothing is new to the receiver when
 * the actor's last use was a send on this socket too, and it has neither learnt nor released
 * anything since (either would have advanced its epoch): that last use itself could not be ordered
 * by the message in any case, since a send ends after its message is on its way. (After a release
 * the receiver could know the previous message's epoch without having got this message:
 * zg_inproc_has_sent().) */
void zg_inproc_before_send(struct zg_actor *a, struct zg_socket *s);

/*
 * The same for a socket that one thread uses over and over: one end, alone on its side, no proxy.
 * False when it is more than that: then zg_inproc_before_send(). Calls nothing. After another
 * thread's use: zg_inproc_resume() first.
 */
ZG_INLINE bool zg_inproc_fast_send(struct zg_actor *a, const struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;
    zg_epoch now = a->epoch;
    struct zg_sync *own;

    if (p == NULL) {
        zg_actor_advance(a);
        return true;
    }
    if (p->published == now)
        return true;
    own = s->owned.own;
    /* The actor released it last, and has learnt nothing since: as in zg_sync_release(). */
    if (zg_unlikely(own->vc != a->vc))
        return false;
    __atomic_store_n(&own->last, now, __ATOMIC_RELEASE);
    a->epoch = ++now;
    __atomic_store_n(&a->released.what, ZG_NOTE_INPROC, __ATOMIC_RELAXED);
    /* The light fence where the heavy one is to be had. Pairs with that in join_names(). */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (zg_unlikely(ZG_GLANCE(&own->proxied)))
        return false;
    p->published = now;
    return true;
}

/*
 * The same when it is known that the actor has learnt nothing since it released into the object
 * (zg_inproc_is_steady()), and that it does not send over and over with nothing in between. now:
 * its epoch, loaded before that was asked: what a signal handler learns in between is not in the
 * object yet.
 */
ZG_INLINE bool zg_inproc_steady_send(struct zg_actor *a, const struct zg_socket *s, zg_epoch now)
{
    struct zg_sync *own = s->owned.own;

    __atomic_store_n(&own->last, now, __ATOMIC_RELEASE);
    zg_actor_advance(a);
    __atomic_store_n(&a->released.what, ZG_NOTE_INPROC, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as in zg_inproc_fast_send() */
    return zg_likely(!ZG_GLANCE(&own->proxied));
}
/* The actor is inside, and has just sent. */
bool zg_inproc_is_steady(const struct zg_actor *a, const struct zg_socket *s);

/* After a receive that returned rc, on a socket that is not quiet or was another thread's. Returns
 * rc: so that no register has to keep it in the common case, which calls nothing. */
ZG_INLINE int zg_inproc_after_recv(struct zg_actor *a, struct zg_socket *s, int rc)
{
    struct zg_inproc *p = s->inproc;
    zg_epoch last;

    if (rc < 0 || p == NULL)
        return rc;
    /* Pairs with tell_group(): what it leads to is there. */
    if (zg_unlikely(__atomic_load_n(&p->other->shared, __ATOMIC_ACQUIRE)))
        return zg_inproc_collect(a, p, rc);
    /* Acquire: as in zg_sync_acquire(). */
    last = __atomic_load_n(&p->other->last, __ATOMIC_ACQUIRE);
    if (zg_unlikely(last != p->heard || p->hearer != a->id)) {
        if (zg_unlikely(!zg_sync_is_known(a, last)))
            return zg_inproc_collect(a, p, rc);
        if (zg_epoch_slot(last) == zg_epoch_slot(a->epoch)) {
            __atomic_store_n(&a->acquired.what, ZG_NOTE_INPROC, __ATOMIC_RELAXED);
            return zg_inproc_quieten(a, s, rc);
        }
        p->heard = last;
        p->hearer = a->id;
    }
    __atomic_store_n(&a->acquired.what, ZG_NOTE_INPROC, __ATOMIC_RELAXED);
    return rc;
}

/* The actor, which is inside, may send by zg_inproc_fast_send() from now on, until another thread
 * uses the socket. */
void zg_inproc_resume(const struct zg_actor *a, struct zg_socket *s);

/* The same for a thread that is not inside of the socket's call, as within ZMQGUARD_IGNORE: under
 * the registry's lock, and into what others release into too. Of two that are really at the same
 * socket, neither is disturbed. */
void zg_inproc_send_outside(struct zg_actor *a, const struct zg_socket *s);
void zg_inproc_receive_outside(struct zg_actor *a, const struct zg_socket *s);

/* The socket went to another thread, which is inside: whoever sends next releases anew. */
void zg_inproc_taken_over(const struct zg_socket *s);

/* Was the owner's last use a send whose message a has received? The end of the call is then not
 * ordered, strictly; but its message was complete, and programs close a socket when they have got
 * its last message (pyzmq's collector does). */
bool zg_inproc_has_sent(const struct zg_actor *a, const struct zg_socket *s,
                        const struct zg_prior *prior);

/* Memory was exhausted: a socket's messages order nothing, so that "nothing orders them" means
 * nothing from then on. */
bool zg_inproc_is_incomplete(void);

/* For a child after fork: locks are free again. */
void zg_inproc_after_fork(void);
/* Names in use or kept, for the tests. */
uint32_t zg_inproc_names(void);

#endif
