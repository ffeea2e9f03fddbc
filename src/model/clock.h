/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Happens-before by vector clocks, as in FastTrack (Flanagan and Freund, PLDI 2009).
 *
 * Semantics, in four lines (C is a map from thread to number):
 *   release(t, s):  s.C = s.C joined with t.C;  t.C[t] += 1
 *   acquire(t, s):  t.C = t.C joined with s.C
 *   use(t, o):      t.C[t] += 1;  o.last = (t, t.C[t])                      "epoch"
 *   o.last happens-before thread u's present  iff  o.last.number <= u.C[o.last.thread]
 *
 * What makes it fast: a thread's own number stands apart (actor.epoch) from what it knows of the
 * others (actor.vc), and the latter is an immutable, shared snapshot: a release copies one pointer
 * and one epoch, and an acquire of something already known is one comparison.
 *
 * What makes it bounded: threads are given slots; a slot goes to a new thread once the old one has
 * ended and no object's last use names it; its numbers go on where they stopped. Snapshots take at
 * most ZG_VC_CEILING bytes. When slots or snapshots run out, clocks merge: more edges, never fewer.
 */
#ifndef ZG_MODEL_CLOCK_H
#define ZG_MODEL_CLOCK_H

#include "model/vc.h"

/* What a report says of a synchronisation. Written by the thread itself, read by reports. */
struct zg_sync_note {
    uint64_t what; /* zg_sync.tag, or a mutex's address, with ZG_NOTE_TIMED; 0 = none yet */
    uint64_t time; /* zg_sys_now(): of this one when ZG_NOTE_TIMED is set, else of an earlier one */
};
#define ZG_NOTE_TIMED ((uint64_t)1 << 55)

/* What was learnt last, and from what. */
#define ZG_ACQUIRES 4
struct zg_acquire {
    struct zg_sync_note note;
    zg_epoch from; /* the release it came from; slot ZG_SLOT_MERGED: from several */
};

/* One thread, as the model sees it. All fields are written by the thread itself (or before it
 * starts and after it was joined). */
struct zg_owned;

struct zg_actor {
    const uint32_t *entering; /* atomic: `in` of the object it is about to enter, or inside of by
                                 the fast path (owner.h), or of a sentinel; NULL none. Written by
                                 the thread itself, read by challengers */
    uintptr_t frame;          /* frame address of the hook that wrote entering, before it; by the
                                 fast path with the function: zg_actor_frame() */
    zg_epoch epoch;           /* its slot and its own present number */
    struct zg_vc *vc;         /* what it knows of the others; NULL = nothing */
    zg_epoch due;             /* the next release at or after it takes the time */
    uint32_t id;              /* the guard's number for the thread, from 1, never given twice */
    uint32_t acquire_count;   /* acquires so far */
    struct zg_sync_note released;
    struct zg_sync_note acquired;
    uint64_t tick; /* zg_sys_coarse() when an acquire took the time last */
    struct zg_acquire acquires[ZG_ACQUIRES]; /* [acquire % ZG_ACQUIRES] is the oldest */
    uint64_t **steady;   /* words of hints (host/thread.h) that hold until it learns something:
                            ZG_HINT_MORE is set in them then */
    struct zg_vc *spare; /* vc.h; written in a section (base/critical.h) */
    uint32_t steady_count, steady_room;
    bool steady_busy; /* the list is being changed: a handler adds nothing then */
};

#define ZG_HINT_MORE ((uint64_t)1 << 38) /* no flag of zg_owned.word */

ZG_INLINE uintptr_t zg_actor_frame(const struct zg_actor *a)
{
    return a->frame & ~(uintptr_t)7;
}

/* Did e happen before the actor's present? Own slot: always (program order). */
ZG_INLINE bool zg_actor_knows(const struct zg_actor *a, zg_epoch e)
{
    uint32_t slot = zg_epoch_slot(e);

    if (slot == zg_epoch_slot(a->epoch))
        return e <= a->epoch;
    return e == 0 || (a->vc != NULL && slot < a->vc->size &&
                      zg_vc_number(a->vc, slot) >= (e & ZG_EPOCH_NUMBER));
}

/* The actor uses an object (owner.h) or learns something: what it publishes from now on says more
 * than it did, and "nothing was between two moments" is one comparison. */
ZG_INLINE void zg_actor_advance(struct zg_actor *a)
{
    a->epoch++;
}

/* ZG_HINT_MORE, which is set in the word, is set again when the actor learns something. False: not.
 * Where there is no more room, all others get it at once. */
bool zg_actor_add_steady(struct zg_actor *a, uint64_t *word);
/* The actor learns something. */
void zg_actor_unsteady(struct zg_actor *a);
/* The list has its room there from now on, which may become zero in a child of a fork. The hints
 * that were in it get ZG_HINT_MORE. */
void zg_actor_steady_room(struct zg_actor *a, uint64_t *list[], uint32_t room);

/* Gives the actor a slot and a first number, and clears the rest. Never fails: beyond the table it
 * gets ZG_SLOT_SHARED. Takes the slot lock. */
void zg_actor_start(struct zg_actor *a, uint32_t id);
/* The thread has ended and was joined or detached: its slot may go to another once no object's
 * last use names it (see the keeper). The actor stays in place until then. Takes the slot lock. */
void zg_actor_end(struct zg_actor *a);
/* The synchronisation by which the actor first knew e, as far as it is remembered: *acquire is the
 * oldest remembered one from e's thread at e or later, else the newest of all. False when nothing
 * is. */
bool zg_actor_acquire_of(const struct zg_actor *a, zg_epoch e, struct zg_acquire *acquire);

/*
 * Called with the slot lock held when slots are to be given again; without a keeper none is. mark
 * sets the bit of every slot that some object's last use names. reclaimed is told which of the
 * ended slots are free now: it sees to it that no synchronisation object names them any more
 * (zg_sync_scrub()), and lets go of what was kept of their threads, whose actors are not looked at
 * any more. A thread that runs on after its end, in its last destructors, must be marked. Neither
 * may block or take a lock of rank SLOTS (base/lock.h) or lower.
 */
struct zg_slot_keeper {
    void (*mark)(uint64_t bits[ZG_SLOT_MAX / 64]);
    void (*reclaimed)(const uint64_t bits[ZG_SLOT_MAX / 64]);
};
void zg_slots_keeper(const struct zg_slot_keeper *keeper);
/* Slots ever given; those whose thread has not ended. */
void zg_slots_counts(uint32_t *given, uint32_t *live);
/* For a child after fork: only self (NULL: none) is left of all threads. */
void zg_slots_after_fork(struct zg_actor *self);

#endif
