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
 * ended and no object's last use names it; its numbers go on where they stopped. When slots or
 * snapshots run out, clocks merge: more edges, never fewer.
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

/* What is known of the others: numbers by slot. Immutable while refs > 1. */
struct zg_vc {
    uint32_t refs; /* atomic */
    uint32_t size; /* slots 0..size - 1 are in at[]; 0 beyond */
    uint64_t at[];
};

/* What a report says of a thread's last synchronisation. Written by the thread itself. */
struct zg_sync_note {
    uintptr_t addr; /* 0 = none yet */
    uint16_t kind;  /* enum zg_sync_kind */
    uint64_t time;  /* zg_sys_now() or 0 when it was not taken */
};

/* One thread, as the model sees it. All fields are written by the thread itself (or before it
 * starts and after it was joined). */
struct zg_actor {
    zg_epoch epoch;   /* its slot and its own present number */
    struct zg_vc *vc; /* what it knows of the others; NULL = nothing */
    uint32_t id;      /* the guard's number for the thread, from 1, never given twice */
    struct zg_sync_note released;
    struct zg_sync_note acquired;
};

/* Did e happen before the actor's present? Own slot: always (program order). */
ZG_INLINE bool zg_actor_knows(const struct zg_actor *a, zg_epoch e)
{
    uint32_t slot = zg_epoch_slot(e);

    if (slot == zg_epoch_slot(a->epoch))
        return e <= a->epoch;
    return e == 0 ||
           (a->vc != NULL && slot < a->vc->size && a->vc->at[slot] >= (e & ZG_EPOCH_NUMBER));
}

/* Gives the actor a slot and a first number. Never fails: beyond the table it gets
 * ZG_SLOT_SHARED. Takes the slot lock. */
void zg_actor_start(struct zg_actor *a, uint32_t id);
/* The thread has ended and was joined or detached: its slot may go to another once no object's
 * last use names it. The actor's epoch and vc stay readable until that happens. */
void zg_actor_end(struct zg_actor *a);

/*
 * Called with the slot lock held when slots are to be given again: sets the bit of every slot that
 * some object's last use names (mark), and is told which of the ended slots are free now, so that
 * what was kept of their threads can go too (reclaimed; the actor's vc is given up after it).
 */
struct zg_slot_keeper {
    void (*mark)(uint64_t bits[ZG_SLOT_MAX / 64]);
    void (*reclaimed)(uint32_t slot);
};
void zg_slots_keeper(const struct zg_slot_keeper *keeper);
/* For a child after fork: only self is left of all threads. */
void zg_slots_after_fork(struct zg_actor *self);

#endif
