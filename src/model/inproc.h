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
#include "model/inproc_name.h"
#include "model/socket.h"
#include "model/sync.h"

#define ZG_INPROC_ENDS 4 /* of one socket, looked at apart; more are joined to a group */

struct zg_inproc_end {
    struct zg_inproc_name *name;
    uint32_t side; /* 0 bound, 1 connected */
    bool first;    /* the side's first socket */
    zg_epoch seen; /* of the other side's common object; acquired by `reader` */
};

/* A socket's inproc endpoints. Written by who is inside a call on the socket. */
struct zg_inproc {
    uint64_t published;          /* the publisher's news when it last released */
    uint32_t publisher;          /* actor id */
    uint32_t reader;             /* actor id of who saw `seen` */
    zg_epoch epoch;              /* of the last release, */
    uint64_t call;               /* made in this use of the socket */
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

void zg_inproc_publish(struct zg_actor *a, struct zg_inproc *p);
void zg_inproc_collect(struct zg_actor *a, struct zg_inproc *p);

/* What a release or an acquire of a message is noted as. */
#define ZG_INPROC_TAG zg_sync_tag(0, ZG_SYNC_INPROC)

/* The usual socket: one endpoint, alone on its side, no proxy. False: zg_inproc_publish(). */
ZG_INLINE bool zg_inproc_publish_alone(struct zg_actor *a, const struct zg_inproc *p)
{
    const struct zg_inproc_end *end = &p->ends[0];

    if (zg_unlikely(p->count != 1 || !end->first))
        return false;
    (void)zg_sync_release(a, end->name->sides[end->side].first, ZG_INPROC_TAG, ZG_SYNC_EXCLUSIVE);
    zg_fence_light(); /* pairs with zg_fence_heavy() in join_names() */
    return __atomic_load_n(&end->name->group, __ATOMIC_ACQUIRE) == NULL;
}

/* The usual socket: one endpoint, one peer on its other side, no proxy. False:
 * zg_inproc_collect(). */
ZG_INLINE bool zg_inproc_collect_alone(struct zg_actor *a, const struct zg_inproc *p)
{
    const struct zg_inproc_name *name = p->ends[0].name;
    const struct zg_inproc_side *other = &name->sides[1 - p->ends[0].side];
    struct zg_sync *first;

    if (zg_unlikely(p->count != 1 || __atomic_load_n(&name->group, __ATOMIC_ACQUIRE) != NULL ||
                    __atomic_load_n(&other->rest, __ATOMIC_ACQUIRE) != NULL))
        return false;
    first = __atomic_load_n(&other->first, __ATOMIC_ACQUIRE);
    return first == NULL || zg_sync_acquire(a, first, ZG_INPROC_TAG);
}

/* Before the real send. Nothing is new to the receiver when the actor has used no other socket and
 * learnt nothing since it last sent on this one; its last use of this very one could not be
 * ordered by the message in any case, since the send ends after the message is on its way. */
ZG_INLINE void zg_inproc_before_send(struct zg_actor *a, const struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;

    if (p == NULL || (p->published == a->news && p->publisher == a->id))
        return;
    p->epoch = a->epoch;
    p->call = s->owned.calls;
    if (zg_unlikely(!zg_inproc_publish_alone(a, p))) {
        zg_inproc_publish(a, p);
        return;
    }
    p->published = a->news;
    p->publisher = a->id;
}

/* After a successful receive. */
ZG_INLINE void zg_inproc_after_recv(struct zg_actor *a, const struct zg_socket *s)
{
    if (s->inproc != NULL && zg_unlikely(!zg_inproc_collect_alone(a, s->inproc)))
        zg_inproc_collect(a, s->inproc);
}

/* Was the owner's last use a send whose message a has received? The end of the call is then not
 * ordered, strictly; but its message was complete, and programs close a socket when they have got
 * its last message (pyzmq's collector does). */
bool zg_inproc_has_sent(const struct zg_actor *a, const struct zg_socket *s,
                        const struct zg_prior *prior);

/* For a child after fork: locks are free again. */
void zg_inproc_after_fork(void);
/* Names in use or kept, for the tests. */
uint32_t zg_inproc_names(void);

#endif
