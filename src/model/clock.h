/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Happens-before by vector clocks, as in FastTrack (Flanagan and Freund, PLDI 2009).
 *
 * Semantics, in four lines (C is a map from thread to number):
 *   release(t, s):  s.C = s.C joined with t.C;  t.C[t] += 1
 *   acquire(t, s):  t.C = t.C joined with s.C
 *   use(t, o):      o.last = (t, t.C[t])                                    "epoch"
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

#include "base/compiler.h"

/* A point in one thread's life: slot (16 bits) and number (48 bits). 0 = before everything. */
typedef uint64_t zg_epoch;

#define ZG_EPOCH_SHIFT  48
#define ZG_EPOCH_NUMBER (((zg_epoch)1 << ZG_EPOCH_SHIFT) - 1)
#define ZG_SLOT_MAX     ((uint32_t)4096)              /* slots 1..ZG_SLOT_MAX - 1; 0 is "nobody" */
#define ZG_SLOT_SHARED  ((uint32_t)(ZG_SLOT_MAX - 1)) /* for all threads beyond the table */
#define ZG_SLOT_MERGED  ((uint32_t)0xffff) /* not a thread: "several released this", see sync.h */

ZG_INLINE uint32_t zg_epoch_slot(zg_epoch e)
{
    return (uint32_t)(e >> ZG_EPOCH_SHIFT);
}

ZG_INLINE zg_epoch zg_epoch_make(uint32_t slot, uint64_t number)
{
    return (zg_epoch)slot << ZG_EPOCH_SHIFT | (number & ZG_EPOCH_NUMBER);
}

/*
 * What is known of the others: numbers by slot. Immutable while refs > 1; who holds the only
 * reference may raise numbers in place. The one that all overflow merges into (moving) is never
 * freed and is raised by anybody, under its lock; its numbers are read one by one without it.
 */
struct zg_vc {
    uint32_t refs; /* atomic */
    uint16_t size; /* slots 0..size - 1 are in at[]; 0 beyond. A power of two, 8..ZG_SLOT_MAX */
    uint16_t moving;
    uint64_t at[]; /* atomic in the moving one */
};

/* Bytes of snapshots at most, for ever: 1,000 threads with 3,000 objects that all differ. */
#define ZG_VC_CEILING ((size_t)24 << 20)

/* What a report says of a synchronisation. Written by the thread itself, read by reports. */
struct zg_sync_note {
    uint64_t what; /* zg_sync.tag, with ZG_NOTE_TIMED; 0 = none yet */
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
    const struct zg_owned *entering; /* atomic: the object it is about to enter, or inside of by the
                                        usual way (owner.h), or one that is none; written by the
                                        thread itself, read by challengers */
    uintptr_t frame;                 /* frame address of the hook that wrote entering, before it */
    zg_epoch epoch;                  /* its slot and its own present number */
    struct zg_vc *vc;                /* what it knows of the others; NULL = nothing */
    uint64_t version; /* one more with each use of an object, and whenever it learnt something */
    uint32_t id;      /* the guard's number for the thread, from 1, never given twice */
    uint32_t acquire_count; /* acquires so far */
    struct zg_sync_note released;
    struct zg_sync_note acquired;
    struct zg_acquire acquires[ZG_ACQUIRES]; /* [acquire % ZG_ACQUIRES] is the oldest */
};

/* Did e happen before the actor's present? Own slot: always (program order). */
ZG_INLINE bool zg_actor_knows(const struct zg_actor *a, zg_epoch e)
{
    uint32_t slot = zg_epoch_slot(e);

    if (slot == zg_epoch_slot(a->epoch))
        return e <= a->epoch;
    return e == 0 || (a->vc != NULL && slot < a->vc->size &&
                      __atomic_load_n(&a->vc->at[slot], __ATOMIC_RELAXED) >= (e & ZG_EPOCH_NUMBER));
}

/* The actor uses an object (owner.h): what it publishes from now on says more than it did. */
ZG_INLINE void zg_actor_advance(struct zg_actor *a)
{
    a->version++;
}

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
 * Called with the slot lock held when slots are to be given again: sets the bit of every slot that
 * some object's last use names (mark), and is told which of the ended slots are free now, so that
 * what was kept of their threads can go too (reclaimed: the actor is not looked at any more). A
 * thread that runs on after its end, in its last destructors, must be marked. Neither may block or
 * take a lock of rank ZG_RANK_SLOTS or lower.
 */
struct zg_slot_keeper {
    void (*mark)(uint64_t bits[ZG_SLOT_MAX / 64]);
    void (*reclaimed)(uint32_t slot);
};
void zg_slots_keeper(const struct zg_slot_keeper *keeper);
/* Slots ever given; those whose thread has not ended. */
void zg_slots_counts(uint32_t *given, uint32_t *live);
/* For a child after fork: only self (NULL: none) is left of all threads. */
void zg_slots_after_fork(struct zg_actor *self);

/*
 * The following are for sync.c and its tests. Signals must be blocked: a handler that came back
 * half-way would find an actor or a free list in between.
 */
struct zg_vc *zg_vc_ref(struct zg_vc *vc); /* NULL is welcome */
void zg_vc_unref(struct zg_vc *vc);
/* Is everything in vc (NULL: nothing) and e known in held, for a holder whose own slot is own? */
bool zg_vc_covers(const struct zg_vc *held, const struct zg_vc *vc, zg_epoch e, uint32_t own);
/* *held becomes *held joined with vc and e; true when that changed it. Only the caller writes
 * *held; others may compare the pointer. Never fails: see the moving clock above. */
bool zg_vc_learn(struct zg_vc **held, struct zg_vc *vc, zg_epoch e, uint32_t own);
/* Bytes of snapshots made so far; and free among them. */
void zg_vc_memory(size_t *made, size_t *unused);
/* For a child after fork: locks are free again (zg_slots_after_fork() does it). */
void zg_vc_after_fork(void);
/* For tests: another ceiling. 0 = ZG_VC_CEILING. */
void zg_vc_set_ceiling(size_t bytes);

#endif
