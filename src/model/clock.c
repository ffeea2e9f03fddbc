/* SPDX-License-Identifier: MPL-2.0 */
/* Threads as the model sees them: their slots, and giving slots again. */
#include "model/clock.h"

#include "base/lock.h"

#define WORDS          (ZG_SLOT_MAX / 64)
#define RECLAIM_MIN    32U /* a reclaim walks all objects: not for less */
#define RETRY_INTERVAL 64U

static struct {
    struct zg_lock lock;
    /* All guarded by lock. */
    const struct zg_slot_keeper *keeper;
    uint32_t high;        /* slots 1..high were given */
    uint32_t live;        /* whose thread has not ended */
    uint32_t ended_count; /* bits in ended */
    uint32_t kept;        /* how many of them the last reclaim could not free */
    uint32_t refused;     /* starts since then that found no slot */
    uint64_t ended[WORDS];
    uint64_t free[WORDS];
    uint64_t number[ZG_SLOT_MAX];        /* the last one of the previous thread */
    struct zg_actor *actor[ZG_SLOT_MAX]; /* NULL: the slot is free */
} slots;

static void set_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

static bool has_bit(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* The lowest, so that snapshots stay small. 0 when there is none. */
static uint32_t take_lowest(uint64_t *bits)
{
    for (uint32_t w = 0; w < WORDS; w++) {
        if (bits[w] != 0) {
            uint32_t bit = (uint32_t)__builtin_ctzll(bits[w]);

            bits[w] &= bits[w] - 1;
            return w * 64 + bit;
        }
    }
    return 0;
}

/* Nobody goes on with the slot's numbers any more. */
static void give_up(uint32_t slot)
{
    struct zg_actor *a = slots.actor[slot];

    slots.number[slot] = a->epoch & ZG_EPOCH_NUMBER;
    slots.actor[slot] = NULL;
    zg_vc_unref(a->vc);
    a->vc = NULL;
    zg_vc_drop_spare(&a->spare);
}

static void reclaim(void)
{
    uint64_t marked[WORDS] = {0};
    uint64_t freed[WORDS];

    if (slots.keeper == NULL)
        return;
    slots.keeper->mark(marked);
    slots.kept = 0;
    for (uint32_t w = 0; w < WORDS; w++) {
        freed[w] = slots.ended[w] & ~marked[w];
        slots.ended[w] &= marked[w];
        slots.free[w] |= freed[w];
        slots.kept += (uint32_t)__builtin_popcountll(slots.ended[w]);
    }
    slots.refused = 0;
    if (slots.ended_count == slots.kept)
        return;
    slots.ended_count = slots.kept;
    for (uint32_t slot = 1; slot <= slots.high; slot++) {
        if (has_bit(freed, slot))
            give_up(slot);
    }
    slots.keeper->reclaimed(freed);
}

static bool worth_reclaiming(bool full)
{
    uint32_t enough = slots.high / 4 > RECLAIM_MIN ? slots.high / 4 : RECLAIM_MIN;

    if (full && (slots.ended_count > slots.kept || ++slots.refused % RETRY_INTERVAL == 0))
        return slots.ended_count > 0;
    return slots.ended_count >= slots.kept + enough;
}

static uint32_t take_slot(void)
{
    uint32_t slot = take_lowest(slots.free);
    bool full = slots.high + 1 >= ZG_SLOT_SHARED;

    if (slot == 0 && worth_reclaiming(full)) {
        reclaim();
        slot = take_lowest(slots.free);
    }
    if (slot != 0)
        return slot;
    return full ? ZG_SLOT_SHARED : ++slots.high;
}

void zg_actor_unsteady(struct zg_actor *a)
{
    for (uint32_t i = 0; i < a->steady_count; i++) {
        if (a->steady[i] != NULL)
            *a->steady[i] |= ZG_HINT_MORE;
    }
    a->steady_count = 0;
}

bool zg_actor_add_steady(struct zg_actor *a, uint64_t *word)
{
    if (a->steady_busy || a->steady_room == 0)
        return false;
    a->steady_busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (a->steady_count == a->steady_room)
        zg_actor_unsteady(a);
    a->steady[a->steady_count] = word;
    a->steady_count++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    a->steady_busy = false;
    return true;
}

void zg_actor_steady_room(struct zg_actor *a, uint64_t *list[], uint32_t room)
{
    a->steady_busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    zg_actor_unsteady(a);
    a->steady = list;
    a->steady_room = room;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    a->steady_busy = false;
}

void zg_actor_start(struct zg_actor *a, uint32_t id)
{
    zg_lock_acquire(&slots.lock);
    uint32_t slot = take_slot();

    *a = (struct zg_actor){.epoch = zg_epoch_make(slot, slots.number[slot] + 1), .id = id};
    if (slot != ZG_SLOT_SHARED) {
        slots.actor[slot] = a;
        slots.live++;
    }
    zg_lock_release(&slots.lock);
}

/* With the slot lock held. */
static void retire(uint32_t slot)
{
    if (has_bit(slots.ended, slot))
        return;
    slots.live--;
    slots.ended_count++;
    set_bit(slots.ended, slot);
}

void zg_actor_end(struct zg_actor *a)
{
    zg_lock_acquire(&slots.lock);
    uint32_t slot = zg_epoch_slot(a->epoch);

    if (slot == ZG_SLOT_SHARED) {
        zg_vc_unref(a->vc);
        a->vc = NULL;
        zg_vc_drop_spare(&a->spare);
    } else if (slots.actor[slot] == a)
        retire(slot);
    zg_lock_release(&slots.lock);
}

bool zg_actor_acquire_of(const struct zg_actor *a, zg_epoch e, struct zg_acquire *acquire)
{
    uint32_t count = a->acquire_count < ZG_ACQUIRES ? a->acquire_count : ZG_ACQUIRES;

    for (uint32_t i = a->acquire_count - count; i != a->acquire_count; i++) {
        *acquire = a->acquires[i % ZG_ACQUIRES];
        if (zg_epoch_slot(acquire->from) == zg_epoch_slot(e) && acquire->from >= e)
            return true;
    }
    return count != 0;
}

void zg_slots_keeper(const struct zg_slot_keeper *keeper)
{
    zg_lock_acquire(&slots.lock);

    slots.keeper = keeper;
    zg_lock_release(&slots.lock);
}

void zg_slots_counts(uint32_t *given, uint32_t *live)
{
    zg_lock_acquire(&slots.lock);

    *given = slots.high;
    *live = slots.live;
    zg_lock_release(&slots.lock);
}

void zg_slots_after_fork(struct zg_actor *self)
{
    zg_lock_reset(&slots.lock);
    zg_vc_after_fork();
    zg_lock_acquire(&slots.lock);
    for (uint32_t slot = 1; slot <= slots.high; slot++) {
        if (slots.actor[slot] != NULL && slots.actor[slot] != self)
            retire(slot);
    }
    zg_lock_release(&slots.lock);
}
