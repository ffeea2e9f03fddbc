/* SPDX-License-Identifier: MPL-2.0 */
/* Releasing and acquiring by message, without the registry's lock. */
#include "model/inproc.h"

#include "base/fence.h"
#include "model/inproc_names.h"

static struct zg_vc nothing;
struct zg_sync zg_inproc_none = {.vc = &nothing, .shared = true};

/* The end's own object, when it is the only one that the socket releases into, and the release that
 * was just made stands there for itself: not so in an overflow object, or from a shared slot. */
static struct zg_sync *own_of(const struct zg_actor *a, const struct zg_inproc *p)
{
    const struct zg_inproc_end *end = &p->ends[0];
    struct zg_sync *first = end->name->sides[end->side].first;

    if (p->count != 1 || !end->first || first->overflow)
        return &zg_inproc_none;
    return zg_epoch_slot(__atomic_load_n(&first->last, __ATOMIC_RELAXED)) ==
                       zg_epoch_slot(a->epoch) &&
                   zg_epoch_slot(a->epoch) != ZG_SLOT_SHARED
               ? first
               : &zg_inproc_none;
}

static void publish(struct zg_actor *a, struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;
    zg_epoch now = a->epoch;

    for (uint32_t i = 0; i < p->count; i++) {
        const struct zg_inproc_end *end = &p->ends[i];
        const struct zg_inproc_side *side = &end->name->sides[end->side];

        (void)zg_sync_release(a, end->first ? side->first : side->shared, ZG_INPROC_TAG,
                              end->first ? ZG_SYNC_EXCLUSIVE : ZG_SYNC_SHARED);
    }
    for (uint32_t i = 0; i < p->count; i++) {
        struct zg_inproc_group *const *next = &p->ends[i].name->group;
        struct zg_inproc_group *g;

        for (;;) {
            zg_fence_light(); /* pairs with zg_fence_heavy() in join_names() */
            g = __atomic_load_n(next, __ATOMIC_ACQUIRE);
            if (g == NULL)
                break;
            (void)zg_sync_release(a, &g->sync, ZG_INPROC_TAG, ZG_SYNC_SHARED);
            next = &g->parent;
        }
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < p->count; i++)
        zg_inproc_disturb(&p->ends[i].name->sides[1 - p->ends[i].side]);
    p->published = a->epoch;
    p->publisher = a->id;
    s->owned.own = own_of(a, p);
    p->epoch = now;
}

void zg_inproc_before_send(struct zg_actor *a, struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;

    if (p == NULL)
        return;
    __atomic_store_n(&s->owned.use, s->owned.use | ZG_USE_SENT, __ATOMIC_RELAXED);
    /* This use itself has advanced it. */
    p->streams = p->publisher == a->id &&
                 (p->published + 1 == a->epoch ||
                  (s->owned.own != &zg_inproc_none && zg_inproc_last_release(s) + 2 == a->epoch));
    if (p->streams) {
        p->published = a->epoch;
        return;
    }
    if (p->publisher != a->id || !zg_inproc_fast_send(a, s))
        publish(a, s);
    /* Fast sends read no clock. This one may, when the use is timed anyway. */
    if (s->owned.timed == zg_owned_uses(&s->owned))
        zg_sync_note_time(&a->released, ZG_INPROC_TAG);
}

bool zg_inproc_is_steady(const struct zg_actor *a, const struct zg_socket *s)
{
    const struct zg_inproc *p = s->inproc;

    return p != NULL && s->owned.own != &zg_inproc_none && p->publisher == a->id && !p->streams &&
           s->owned.own->vc == a->vc && !__atomic_load_n(&s->owned.own->proxied, __ATOMIC_RELAXED);
}

void zg_inproc_resume(const struct zg_actor *a, struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;

    if (p != NULL && p->quiet_for != a->id)
        s->owned.quiet = false;
    if (p == NULL || p->publisher == a->id)
        return;
    p->published = ZG_INPROC_NEVER;
    zg_inproc_set_own(s, &zg_inproc_none);
}

void zg_inproc_taken_over(const struct zg_socket *s)
{
    if (s->inproc != NULL)
        s->inproc->publisher = 0;
}

/* An object that many release into: nothing to do while its last release is one seen before. */
static void collect_common(struct zg_actor *a, struct zg_sync *s, zg_epoch *seen, bool same_reader)
{
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);

    if (same_reader && *seen == last)
        return;
    (void)zg_sync_acquire(a, s, ZG_INPROC_TAG);
    *seen = last;
}

/* What one end receives from, when there is but one peer and it is known by now. */
static struct zg_sync *other_of(const struct zg_inproc *p)
{
    const struct zg_inproc_end *end = &p->ends[0];
    struct zg_sync *first =
        __atomic_load_n(&end->name->sides[1 - end->side].first, __ATOMIC_ACQUIRE);

    return p->count == 1 && first != NULL && !first->overflow ? first : &zg_inproc_none;
}

int zg_inproc_collect(struct zg_actor *a, struct zg_inproc *p, int rc)
{
    bool same = p->reader == a->id;
    struct zg_inproc_group *g = NULL;

    for (uint32_t i = 0; i < p->count; i++) {
        struct zg_inproc_end *end = &p->ends[i];
        const struct zg_inproc_side *other = &end->name->sides[1 - end->side];
        struct zg_sync *first = __atomic_load_n(&other->first, __ATOMIC_ACQUIRE);
        struct zg_sync *shared = __atomic_load_n(&other->shared, __ATOMIC_ACQUIRE);

        if (first != NULL)
            (void)zg_sync_acquire(a, first, ZG_INPROC_TAG);
        if (shared != NULL)
            collect_common(a, shared, &end->seen, same);
        if (g == NULL)
            g = __atomic_load_n(&end->name->group, __ATOMIC_ACQUIRE);
    }
    if (g != NULL) {
        struct zg_sync *common = &zg_inproc_root(g)->sync;

        collect_common(a, common, &p->seen_by_group, same && p->group == common);
        p->group = common;
    }
    p->reader = a->id;
    p->other = other_of(p);
    return rc;
}

/* Is what the socket receives from one object, which the actor was the last to release into? Where
 * there is more to look at, that is shared: another socket on its side, or a group. */
static bool hears_itself(const struct zg_actor *a, const struct zg_inproc *p)
{
    return p->ends[0].first && !__atomic_load_n(&p->other->shared, __ATOMIC_ACQUIRE) &&
           zg_epoch_slot(a->epoch) != ZG_SLOT_SHARED && zg_sync_is_own(a, p->other);
}

int zg_inproc_quieten(const struct zg_actor *a, struct zg_socket *s, int rc)
{
    struct zg_inproc *p = s->inproc;

    if (s->owned.quiet || !hears_itself(a, p))
        return rc;
    p->quiet_for = a->id;
    __atomic_store_n(&s->owned.quiet, true, __ATOMIC_RELAXED);
    /* Pairs with the fences before zg_inproc_disturb(): either it comes after this, or its cause is
     * seen. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!hears_itself(a, p))
        __atomic_store_n(&s->owned.quiet, false, __ATOMIC_RELAXED);
    return rc;
}

bool zg_inproc_has_sent(const struct zg_actor *a, const struct zg_socket *s,
                        const struct zg_prior *prior)
{
    const struct zg_inproc *p = s->inproc;

    return p != NULL && (prior->use & ZG_USE_SENT) != 0 && zg_inproc_last_release(s) != 0 &&
           zg_actor_knows(a, zg_inproc_last_release(s));
}
