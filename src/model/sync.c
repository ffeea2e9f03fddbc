/* SPDX-License-Identifier: MPL-2.0 */
/* Release and acquire where the one-comparison paths of sync.h do not apply. */
#include "model/sync.h"

#include "base/fence.h"
#include "base/sys.h"
#include "model/sync_table.h"

bool zg_sync_active;
bool zg_sync_incomplete;

void zg_sync_lost(void)
{
    __atomic_store_n(&zg_sync_incomplete, true, __ATOMIC_RELAXED);
}

void zg_sync_activate(void)
{
    if (__atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&zg_sync_active, true, __ATOMIC_RELAXED);
    /* Pairs with nothing in particular: a running thread must not go on with the old value. */
    zg_fence_heavy();
}

void zg_sync_note_time(struct zg_sync_note *note, uint64_t tag)
{
    __atomic_store_n(&note->time, zg_sys_now(), __ATOMIC_RELAXED);
    __atomic_store_n(&note->what, tag | ZG_NOTE_TIMED, __ATOMIC_RELAXED);
}

/* A clock costs as much as the rest: the first release takes the time, and after it one when the
 * epoch has advanced by so much; for the ages in reports. */
#define TIMED_EVERY      16
#define FAST_TIMED_EVERY 512

void zg_sync_note_due(struct zg_actor *a, uint64_t tag)
{
    a->due = a->epoch + FAST_TIMED_EVERY;
    zg_sync_note_time(&a->released, tag);
}

void zg_sync_note_some(struct zg_actor *a, uint64_t tag)
{
    if (a->epoch + (FAST_TIMED_EVERY - TIMED_EVERY) >= a->due)
        zg_sync_note_due(a, tag);
    else
        __atomic_store_n(&a->released.what, tag, __ATOMIC_RELAXED);
}

/* Takes the time of the first ones, and of the first in a tick of the kernel's: of others it is
 * known to some ms then. */
static void note_acquired(struct zg_actor *a, uint64_t tag)
{
    uint64_t tick = zg_sys_coarse();

    if (a->acquire_count > TIMED_EVERY && tick == a->tick && a->acquire_count % TIMED_EVERY != 0) {
        __atomic_store_n(&a->acquired.what, tag, __ATOMIC_RELAXED);
        return;
    }
    a->tick = tick;
    zg_sync_note_time(&a->acquired, tag);
}

/* Learnt something: from what, for reports. */
static void add_acquire(struct zg_actor *a, uint64_t tag, zg_epoch from)
{
    struct zg_acquire *l = &a->acquires[a->acquire_count % ZG_ACQUIRES];

    note_acquired(a, tag);
    l->note = a->acquired;
    l->from = from;
    a->acquire_count++;
    zg_actor_advance(a);
}

/* The threads beyond the table share a slot: one that learns of the others' numbers goes on
 * behind them. */
static void catch_up(struct zg_actor *a)
{
    uint64_t known;

    if (zg_epoch_slot(a->epoch) != ZG_SLOT_SHARED || a->vc == NULL || a->vc->size <= ZG_SLOT_SHARED)
        return;
    known = zg_vc_number(a->vc, ZG_SLOT_SHARED);
    if (known >= (a->epoch & ZG_EPOCH_NUMBER))
        a->epoch = zg_epoch_make(ZG_SLOT_SHARED, known + 1);
}

static bool learn(struct zg_actor *a, struct zg_vc *vc, zg_epoch e)
{
    uint32_t own = zg_epoch_slot(a->epoch);
    bool changed;

    zg_actor_unsteady(a);
    changed = zg_vc_learn_by(&a->spare, &a->vc, vc, e, own != ZG_SLOT_SHARED ? own : 0);
    catch_up(a);
    return changed;
}

/* With the object's lock held. last is the release that stood there. */
static bool holds_nothing_new(const struct zg_actor *a, const struct zg_sync *s, zg_epoch last)
{
    uint32_t own = zg_epoch_slot(a->epoch);

    if (own == ZG_SLOT_SHARED || s->overflow)
        return false; /* many threads' epochs in one slot: never the last of just one */
    return zg_sync_is_known(a, last) || zg_vc_covers(a->vc, s->vc, last, own);
}

static void set_vc(struct zg_actor *a, struct zg_sync *s)
{
    struct zg_vc *old = s->vc;

    if (a->vc == old)
        return;
    __atomic_store_n(&s->vc, zg_vc_ref(a->vc), __ATOMIC_RELAXED);
    zg_vc_unref_to(&a->spare, old);
}

/* The next life of an object that this thread has emptied (zg_sync_empty()), or another that knew
 * as much: without its lock. */
static bool release_into_empty(struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    zg_epoch now = a->epoch, last = 0;

    if (zg_epoch_slot(now) == ZG_SLOT_SHARED || s->overflow ||
        __atomic_load_n(&s->vc, __ATOMIC_RELAXED) != a->vc ||
        !__atomic_compare_exchange_n(&s->last, &last, now, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        return false;
    a->epoch = now + 1;
    /* Where it got another name meanwhile, that has an edge too much. */
    if (__atomic_load_n(&s->tag, __ATOMIC_RELAXED) != tag)
        return false;
    __atomic_store_n(&a->released.what, tag, __ATOMIC_RELAXED);
    if (zg_unlikely(now >= a->due))
        zg_sync_note_due(a, tag);
    return true;
}

bool zg_sync_release_slow(struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    zg_epoch last;

    if (__atomic_load_n(&s->last, __ATOMIC_RELAXED) == 0 && release_into_empty(a, s, tag))
        return true;
    zg_lock_acquire(&s->lock);

    if (s->tag != tag && !s->overflow) {
        zg_lock_release(&s->lock);
        return false;
    }
    last = __atomic_load_n(&s->last, __ATOMIC_RELAXED);
    /* First of all: from here on a fast release by another thread fails (zg_sync_release()), and
     * an acquirer waits for the lock. While last has this thread's slot there are no such. */
    if (!zg_sync_is_own(a, s))
        last = __atomic_exchange_n(&s->last, zg_epoch_make(ZG_SLOT_MERGED, ++s->version),
                                   __ATOMIC_ACQ_REL);
    if (holds_nothing_new(a, s, last)) {
        set_vc(a, s);
        /* Pairs with the acquire load in zg_sync_acquire(). */
        __atomic_store_n(&s->last, a->epoch, __ATOMIC_RELEASE);
    } else {
        (void)zg_vc_learn(&s->vc, NULL, last, 0);
        (void)zg_vc_learn(&s->vc, a->vc, a->epoch, 0);
    }
    a->epoch++;
    zg_sync_note_some(a, tag);
    zg_lock_release(&s->lock);
    return true;
}

bool zg_sync_acquire_slow(struct zg_actor *a, struct zg_sync *s, uint64_t tag)
{
    zg_lock_acquire(&s->lock);
    bool same = tag == 0 || s->overflow || s->tag == tag;
    uint64_t what = tag != 0 ? tag : s->tag;
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);

    if (same && learn(a, s->vc, last))
        add_acquire(a, what, last); /* and it is the last one */
    else if (same)
        __atomic_store_n(&a->acquired.what, what, __ATOMIC_RELAXED);
    zg_lock_release(&s->lock);
    return same;
}

void zg_sync_absorb(struct zg_sync *to, struct zg_vc *vc, zg_epoch last)
{
    zg_epoch before = __atomic_exchange_n(&to->last, zg_epoch_make(ZG_SLOT_MERGED, ++to->version),
                                          __ATOMIC_ACQ_REL);

    (void)zg_vc_learn(&to->vc, NULL, before, 0);
    (void)zg_vc_learn(&to->vc, vc, last, 0);
}

void zg_sync_fold(struct zg_sync *to, struct zg_sync *s)
{
    zg_lock_acquire(&s->lock);
    struct zg_vc *vc = zg_vc_ref(s->vc);
    zg_epoch last = __atomic_load_n(&s->last, __ATOMIC_ACQUIRE);

    zg_lock_release_nested(&s->lock);
    zg_lock_acquire_nested(&to->lock);
    zg_sync_absorb(to, vc, last);
    zg_lock_release_nested(&to->lock);
    zg_vc_unref(vc);
    zg_critical_leave();
}

void zg_actor_inherit(struct zg_actor *child, struct zg_actor *creator)
{
    zg_critical_enter();

    if (learn(child, creator->vc, creator->epoch))
        add_acquire(child, zg_sync_tag(creator->id, ZG_SYNC_THREAD_CREATED), creator->epoch);
    creator->epoch++;
    zg_sync_note_time(&creator->released, zg_sync_tag(child->id, ZG_SYNC_THREAD_CREATE));
    child->acquired = child->acquires[0].note;
    zg_critical_leave();
}

void zg_actor_join(struct zg_actor *a, const struct zg_actor *ended)
{
    zg_critical_enter();
    uint64_t tag = zg_sync_tag(ended->id, ZG_SYNC_THREAD_JOIN);

    if (learn(a, ended->vc, ended->epoch))
        add_acquire(a, tag, ended->epoch);
    zg_sync_note_time(&a->acquired, tag);
    zg_critical_leave();
}

void zg_actor_pack(struct zg_actor *a, struct zg_parcel *p, uint64_t tag)
{
    zg_critical_enter();

    /* Mostly nobody has packed before, or the same actor, which has learnt nothing since: its clock
     * is referred to then, not copied. */
    if (p->epoch == 0) {
        p->vc = zg_vc_ref(a->vc);
    } else {
        if (zg_epoch_slot(p->epoch) != zg_epoch_slot(a->epoch) ||
            zg_epoch_slot(a->epoch) == ZG_SLOT_SHARED)
            (void)zg_vc_learn(&p->vc, NULL, p->epoch, 0);
        (void)zg_vc_learn(&p->vc, a->vc, 0, 0);
    }
    p->epoch = a->epoch;
    a->epoch++;
    zg_sync_note_some(a, tag);
    zg_critical_leave();
}

void zg_actor_unpack(struct zg_actor *a, struct zg_parcel *p, uint64_t tag)
{
    zg_critical_enter();

    if (a != NULL && learn(a, p->vc, p->epoch)) {
        add_acquire(a, tag, zg_epoch_make(ZG_SLOT_MERGED, 0));
        zg_sync_note_time(&a->acquired, tag);
    } else if (a != NULL) {
        __atomic_store_n(&a->acquired.what, tag, __ATOMIC_RELAXED);
    }
    zg_vc_unref(p->vc);
    *p = (struct zg_parcel){.epoch = 0};
    zg_critical_leave();
}
