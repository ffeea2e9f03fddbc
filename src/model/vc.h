/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Epochs, and vector clocks as immutable shared snapshots. The lowest layer of the model: it knows
 * neither threads nor objects. What is made of it: model/clock.h.
 */
#ifndef ZG_MODEL_VC_H
#define ZG_MODEL_VC_H

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
    uint16_t size; /* slots 1..size - 1 are here; 0 beyond. A power of two, 8..ZG_SLOT_MAX */
    uint16_t moving;
    uint64_t from_1[]; /* atomic in the moving one. The rest stands where slot 0, which is nobody's,
                          would: so that a small one is one cache line, which the thread that
                          learns it gets from another processor */
};
_Static_assert(sizeof(struct zg_vc) == sizeof(uint64_t), "as much as slot 0 would take");

/* slot: 1..size - 1 */
ZG_INLINE uint64_t zg_vc_number(const struct zg_vc *vc, uint32_t slot)
{
    return __atomic_load_n(&vc->from_1[slot - 1], __ATOMIC_RELAXED);
}

/* Bytes of snapshots at most, for ever: 1,000 threads with 3,000 objects that all differ. */
#define ZG_VC_CEILING ((size_t)24 << 20)

/*
 * In a section (base/critical.h): a handler that came back
 * half-way would find an actor or a free list in between.
 */
struct zg_vc *zg_vc_ref(struct zg_vc *vc); /* NULL is welcome */
void zg_vc_unref(struct zg_vc *vc);
/* A thread keeps one small snapshot whose last reference it gave up for the next that it makes, and
 * asks no list that all threads share then. *spare is its own; NULL: it has none. */
void zg_vc_unref_to(struct zg_vc **spare, struct zg_vc *vc);
void zg_vc_drop_spare(struct zg_vc **spare);
/* Is everything in vc (NULL: nothing) and e known in held, for a holder whose own slot is own? */
bool zg_vc_covers(const struct zg_vc *held, const struct zg_vc *vc, zg_epoch e, uint32_t own);
/* *held becomes *held joined with vc and e; true when that changed it. Only the caller writes
 * *held; others may compare the pointer. Never fails: see the moving clock above. */
bool zg_vc_learn(struct zg_vc **held, struct zg_vc *vc, zg_epoch e, uint32_t own);
/* The same by who may have a spare one. */
bool zg_vc_learn_by(struct zg_vc **spare, struct zg_vc **held, struct zg_vc *vc, zg_epoch e,
                    uint32_t own);
/* Bytes of snapshots made so far; and free among them. */
void zg_vc_memory(size_t *made, size_t *unused);
/* For a child after fork: locks are free again (zg_slots_after_fork() does it). */
void zg_vc_after_fork(void);
/* For tests: another ceiling. 0 = ZG_VC_CEILING. */
void zg_vc_set_ceiling(size_t bytes);

#endif
