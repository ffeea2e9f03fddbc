/* SPDX-License-Identifier: MPL-2.0 */
/* Snapshots of vector clocks: reference-counted, in size classes, under one ceiling. */
#include "model/vc.h"

#include <string.h>

#include "base/arena.h"

#define FIRST_SIZE 8U
#define CLASSES    10 /* 8, 16, … 4096 slots */
_Static_assert(FIRST_SIZE << (CLASSES - 1) == ZG_SLOT_MAX, "the last class holds every slot");

static struct {
    struct zg_lock lock;
    struct zg_vc *free[CLASSES]; /* guarded by lock; chained through from_1[0] */
    size_t made;                 /* guarded by lock: bytes */
    size_t unused;               /* guarded by lock: bytes in free lists */
    size_t ceiling;              /* 0 = ZG_VC_CEILING */
} pool;

/* Everything that found no memory is merged into this one. */
static struct zg_lock overflow_lock;
static union {
    struct zg_vc vc;
    char room[ZG_SLOT_MAX * sizeof(uint64_t)];
} overflow = {.vc = {.refs = 1, .size = ZG_SLOT_MAX, .moving = true}};

static size_t bytes_of(unsigned class)
{
    return ((size_t)FIRST_SIZE << class) * sizeof(uint64_t);
}

static unsigned class_of(uint32_t size)
{
    unsigned class = 0;

    while (FIRST_SIZE << class < size)
        class ++;
    return class;
}

static struct zg_vc *take_free(unsigned class)
{
    struct zg_vc *vc = pool.free[class];

    if (vc != NULL) {
        pool.free[class] = (struct zg_vc *)(uintptr_t)vc->from_1[0];
        pool.unused -= bytes_of(class);
    }
    return vc;
}

/* A snapshot of at least size slots, with anything in them, or NULL at the ceiling. */
static struct zg_vc *take(uint32_t size)
{
    unsigned class = class_of(size);
    size_t ceiling = pool.ceiling != 0 ? pool.ceiling : ZG_VC_CEILING;
    struct zg_vc *vc;

    zg_lock_acquire_nested(&pool.lock);
    vc = take_free(class);
    if (vc == NULL && pool.made + bytes_of(class) <= ceiling) {
        vc = zg_arena_alloc(bytes_of(class));
        pool.made += vc != NULL ? bytes_of(class) : 0;
    }
    while (vc == NULL && ++class < CLASSES)
        vc = take_free(class);
    zg_lock_release_nested(&pool.lock);
    if (vc != NULL)
        vc->size = (uint16_t)(FIRST_SIZE << class);
    return vc;
}

/* The spare one, or another; NULL at the ceiling. */
static struct zg_vc *take_spare(struct zg_vc **spare, uint32_t size)
{
    struct zg_vc *vc = spare != NULL ? *spare : NULL;

    if (vc == NULL || size > FIRST_SIZE)
        return take(size);
    *spare = NULL;
    return vc;
}

/* A snapshot of at least size slots, the caller's alone, with anything in them. Or NULL at the
 * ceiling. */
static struct zg_vc *make_any(struct zg_vc **spare, uint32_t size)
{
    struct zg_vc *vc = take_spare(spare, size);

    if (vc == NULL)
        return NULL;
    vc->moving = false;
    __atomic_store_n(&vc->refs, 1, __ATOMIC_RELAXED);
    return vc;
}

/* The same that holds what `from` does (NULL: nothing), as far as there is room. */
static struct zg_vc *make(struct zg_vc **spare, uint32_t size, const struct zg_vc *from)
{
    struct zg_vc *vc = make_any(spare, size);
    uint32_t known, i = 1;

    if (vc == NULL)
        return NULL;
    known = from == NULL ? 0 : from->size < vc->size ? from->size : vc->size;
    for (; i < known; i++)
        vc->from_1[i - 1] = zg_vc_number(from, i);
    for (; i < vc->size; i++)
        vc->from_1[i - 1] = 0;
    return vc;
}

struct zg_vc *zg_vc_ref(struct zg_vc *vc)
{
    if (vc != NULL && !vc->moving)
        (void)__atomic_fetch_add(&vc->refs, 1, __ATOMIC_RELAXED);
    return vc;
}

/* Was it the last reference? */
static bool let_go(struct zg_vc *vc)
{
    /* Release: our reads come before the writes of who holds it alone then; acquire: so do those
     * of everybody who gave its reference up before us. Pairs with is_private(). */
    return vc != NULL && !vc->moving && __atomic_sub_fetch(&vc->refs, 1, __ATOMIC_ACQ_REL) == 0;
}

static void free_snapshot(struct zg_vc *vc)
{
    unsigned class = class_of(vc->size);

    zg_lock_acquire_nested(&pool.lock);
    vc->from_1[0] = (uintptr_t)pool.free[class];
    pool.free[class] = vc;
    pool.unused += bytes_of(class);
    zg_lock_release_nested(&pool.lock);
}

void zg_vc_unref(struct zg_vc *vc)
{
    if (let_go(vc))
        free_snapshot(vc);
}

void zg_vc_unref_to(struct zg_vc **spare, struct zg_vc *vc)
{
    if (!let_go(vc))
        return;
    if (*spare == NULL && vc->size == FIRST_SIZE)
        *spare = vc;
    else
        free_snapshot(vc);
}

void zg_vc_drop_spare(struct zg_vc **spare)
{
    if (*spare != NULL)
        free_snapshot(*spare);
    *spare = NULL;
}

static bool is_private(const struct zg_vc *vc)
{
    /* Acquire: pairs with the decrement in zg_vc_unref(). */
    return !vc->moving && __atomic_load_n(&vc->refs, __ATOMIC_ACQUIRE) == 1;
}

static uint64_t number_at(const struct zg_vc *vc, uint32_t slot)
{
    return vc != NULL && slot < vc->size ? zg_vc_number(vc, slot) : 0;
}

static void raise(struct zg_vc *vc, uint32_t slot, uint64_t number)
{
    if (vc->from_1[slot - 1] < number)
        __atomic_store_n(&vc->from_1[slot - 1], number, __ATOMIC_RELAXED);
}

/* Is e a point in a thread's life (not 0, not "merged")? */
static bool names_thread(zg_epoch e)
{
    return zg_epoch_slot(e) - 1U < ZG_SLOT_MAX - 1;
}

/* None of them moves: most processes have fewer threads that learn than a small one has slots. */
static void join_small(struct zg_vc *to, const struct zg_vc *a, const struct zg_vc *b)
{
#pragma GCC unroll 8
    for (uint32_t i = 0; i < FIRST_SIZE - 1; i++)
        to->from_1[i] = a->from_1[i] > b->from_1[i] ? a->from_1[i] : b->from_1[i];
}

static bool is_small(const struct zg_vc *vc)
{
    return vc != NULL && vc->size == FIRST_SIZE;
}

/* to is the caller's alone, or the moving one under its lock, and large enough. */
static void join(struct zg_vc *to, const struct zg_vc *vc, zg_epoch e)
{
    uint32_t size = vc == NULL ? 0 : vc->size < to->size ? vc->size : to->size;

    for (uint32_t i = 1; i < size; i++)
        raise(to, i, zg_vc_number(vc, i));
    if (names_thread(e))
        raise(to, zg_epoch_slot(e), e & ZG_EPOCH_NUMBER);
}

bool zg_vc_covers(const struct zg_vc *held, const struct zg_vc *vc, zg_epoch e, uint32_t own)
{
    if (names_thread(e) && zg_epoch_slot(e) != own &&
        number_at(held, zg_epoch_slot(e)) < (e & ZG_EPOCH_NUMBER))
        return false;
    if (vc == NULL || vc == held)
        return true;
    for (uint32_t i = 1; i < vc->size; i++) {
        uint64_t number = zg_vc_number(vc, i);

        if (number != 0 && number > number_at(held, i) && i != own)
            return false;
    }
    return true;
}

/* Size that a snapshot needs which holds all of vc: without the zeros at its end. */
static uint32_t used_size(const struct zg_vc *vc)
{
    uint32_t size = vc != NULL ? vc->size : 0;

    while (size > 1 && number_at(vc, size - 1) == 0)
        size--;
    return size;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t size_of_join(const struct zg_vc *a, const struct zg_vc *b, zg_epoch e)
{
    return larger(larger(used_size(a), used_size(b)), names_thread(e) ? zg_epoch_slot(e) + 1 : 0);
}

/* Has mine room for all of vc and e? At a glance: "no" may be wrong. */
static bool has_room(const struct zg_vc *mine, const struct zg_vc *vc, zg_epoch e)
{
    return mine != NULL && (vc == NULL || vc->size <= mine->size) &&
           (!names_thread(e) || zg_epoch_slot(e) < mine->size);
}

static void replace(struct zg_vc **held, struct zg_vc *vc)
{
    struct zg_vc *old = *held;

    /* Relaxed: others only compare the pointer (zg_sync_release()). */
    __atomic_store_n(held, vc, __ATOMIC_RELAXED);
    zg_vc_unref(old);
}

/* At the ceiling, or with the moving clock on either side. That one is locked, also while its size
 * is measured, so that what is copied out of it is whole: who knows an epoch in it knows all that
 * its thread knew. */
static void learn_moving(struct zg_vc **held, struct zg_vc *vc, zg_epoch e)
{
    struct zg_vc *to;

    zg_lock_acquire_nested(&overflow_lock);
    to = make(NULL, size_of_join(*held, vc, e), NULL);
    if (to == NULL)
        to = &overflow.vc;
    join(to, *held, 0);
    join(to, vc, e);
    zg_lock_release_nested(&overflow_lock);
    replace(held, to);
}

/* zg_vc_learn_by() in one pass, where all are small. False, and nothing done: they are not, or vc
 * may be shared. */
static bool learn_small(struct zg_vc **spare, struct zg_vc **held, const struct zg_vc *vc,
                        zg_epoch e)
{
    struct zg_vc *mine = *held;
    struct zg_vc *to = mine;

    if (!is_small(mine) || !is_small(vc) || (names_thread(e) && zg_epoch_slot(e) >= FIRST_SIZE))
        return false;
    if (!is_private(mine))
        to = zg_vc_covers(vc, mine, e, 0) ? NULL : make_any(spare, FIRST_SIZE);
    if (to == NULL)
        return false;
    join_small(to, mine, vc);
    for (uint32_t i = FIRST_SIZE; i < to->size; i++) /* there was no small one */
        to->from_1[i - 1] = 0;
    join(to, NULL, e);
    if (to != mine)
        replace(held, to);
    return true;
}

bool zg_vc_learn(struct zg_vc **held, struct zg_vc *vc, zg_epoch e, uint32_t own)
{
    return zg_vc_learn_by(NULL, held, vc, e, own);
}

bool zg_vc_learn_by(struct zg_vc **spare, struct zg_vc **held, struct zg_vc *vc, zg_epoch e,
                    uint32_t own)
{
    struct zg_vc *mine = *held;
    struct zg_vc *fresh;
    uint32_t size;

    if ((mine == NULL || !mine->moving) && zg_vc_covers(mine, vc, e, own))
        return false;
    if ((vc != NULL && vc->moving) || (mine != NULL && mine->moving)) {
        learn_moving(held, vc, e);
        return true;
    }
    if (learn_small(spare, held, vc, e))
        return true;
    if (mine != NULL && is_private(mine) &&
        (has_room(mine, vc, e) || size_of_join(NULL, vc, e) <= mine->size)) {
        join(mine, vc, e);
        return true;
    }
    if (vc != NULL && zg_vc_covers(vc, mine, e, 0)) {
        replace(held, zg_vc_ref(vc));
        return true;
    }
    size =
        has_room(mine, vc, e) && mine->size == FIRST_SIZE ? FIRST_SIZE : size_of_join(mine, vc, e);
    fresh = make(spare, size, mine);
    if (fresh == NULL) {
        learn_moving(held, vc, e);
        return true;
    }
    join(fresh, vc, e);
    replace(held, fresh);
    return true;
}

void zg_vc_memory(size_t *made, size_t *unused)
{
    zg_lock_acquire(&pool.lock);

    *made = pool.made + sizeof(overflow);
    *unused = pool.unused;
    zg_lock_release(&pool.lock);
}

void zg_vc_set_ceiling(size_t bytes)
{
    pool.ceiling = bytes;
}

void zg_vc_after_fork(void)
{
    if (zg_lock_reset(&pool.lock)) /* the lists may be half-made */
        memset(pool.free, 0, sizeof(pool.free));
    (void)zg_lock_reset(&overflow_lock);
}
