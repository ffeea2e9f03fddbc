/* SPDX-License-Identifier: MPL-2.0 */
/* Releasing and acquiring by message. Without a lock: the names of a socket's ends stay while it is
 * attached. */
#include "base/fence.h"
#include "model/inproc.h"

#define TAG ZG_INPROC_TAG

static struct zg_vc nothing;
struct zg_sync zg_inproc_none = {.vc = &nothing, .shared = true};

/* The end's own object, when it is the only one that the socket releases into, and the release that
 * was just made stands there for itself: a overflow's and that of a shared slot do not. */
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

static void publish(struct zg_actor *a, struct zg_inproc *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct zg_inproc_end *end = &p->ends[i];
        const struct zg_inproc_side *side = &end->name->sides[end->side];

        (void)zg_sync_release(a, end->first ? side->first : side->shared, TAG,
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
            (void)zg_sync_release(a, &g->sync, TAG, ZG_SYNC_SHARED);
            next = &g->parent;
        }
    }
    p->published = zg_inproc_moment(a);
    p->publisher = a->id;
    p->own = own_of(a, p);
}

void zg_inproc_before_send(struct zg_actor *a, struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;
    uint64_t use = s->owned.use | ZG_USE_RELEASED;

    if (p == NULL)
        return;
    __atomic_store_n(&s->owned.use, use, __ATOMIC_RELAXED);
    if (p->published + 1 == zg_inproc_moment(a) && p->publisher == a->id) {
        p->published++;
        return;
    }
    if (p->publisher != a->id || !zg_inproc_fast_send(a, s, &use)) {
        p->epoch = a->epoch;
        publish(a, p);
    }
    /* Fast sends read no clock. This one may, when the use is timed anyway. */
    if (s->owned.timed == zg_owned_uses(&s->owned))
        zg_sync_note_time(&a->released, TAG);
}

void zg_inproc_resume(const struct zg_actor *a, const struct zg_socket *s)
{
    struct zg_inproc *p = s->inproc;

    if (p == NULL || p->publisher == a->id)
        return;
    p->published = ZG_INPROC_NEVER;
    p->own = &zg_inproc_none;
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
    (void)zg_sync_acquire(a, s, TAG);
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
            (void)zg_sync_acquire(a, first, TAG);
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

bool zg_inproc_has_sent(const struct zg_actor *a, const struct zg_socket *s,
                        const struct zg_prior *prior)
{
    const struct zg_inproc *p = s->inproc;

    return p != NULL && (prior->use & ZG_USE_RELEASED) != 0 && zg_actor_knows(a, p->epoch);
}
