/* SPDX-License-Identifier: MPL-2.0 */
/* The vector clocks against the naive model: random operations with fixed seeds. */
#include <stdio.h>
#include <stdlib.h>

#include "model/sync.h"
#include "model/sync_table.h"
#include "naive.h"
#include "unit/suite.h"

#define LIVE   24 /* actors at a time */
#define LOCKS  24
#define OTHERS 24
#define USES   40

struct thread {
    struct zg_actor *actor;
    struct naive_clock clock;
    uint32_t me; /* naive number */
};

static struct thread threads[LIVE];
static struct naive_clock objects[LOCKS + OTHERS];
static int holder[LOCKS]; /* index + 1 */
static struct {
    zg_epoch epoch;
    uint32_t who;
    uint32_t number;
} uses[USES];
static struct zg_actor *by_slot[ZG_SLOT_MAX];
static uint32_t next_id, next_me, reclaimed;
static uint64_t state;
static uintptr_t base = 0x7f0000001000;

static uint32_t rnd(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

static uint64_t tag_of(uint32_t object)
{
    return zg_sync_tag(base + object * 40, object < LOCKS ? ZG_SYNC_MUTEX : ZG_SYNC_SEM);
}

static void start(struct thread *t)
{
    t->me = next_me++;
    ck_assert_uint_lt(t->me, NAIVE_ACTORS);
    naive_start(&t->clock, t->me);
    t->actor = calloc(1, sizeof(*t->actor));
    zg_actor_start(t->actor, ++next_id);
    by_slot[zg_epoch_slot(t->actor->epoch)] = t->actor;
}

static struct zg_sync
    *known[LOCKS + OTHERS]; /* as last released into; it may be another's by now */

static void release(struct thread *t, uint32_t object)
{
    naive_release(&t->clock, t->me, &objects[object]);
    known[object] = zg_sync_release_tag(t->actor, tag_of(object),
                                        object < LOCKS ? ZG_SYNC_EXCLUSIVE : ZG_SYNC_SHARED);
}

static void acquire(struct thread *t, uint32_t object)
{
    naive_join(&t->clock, &objects[object]);
    zg_sync_acquire_tag(t->actor, tag_of(object));
}

static void drop_locks(uint32_t thread)
{
    for (uint32_t i = 0; i < LOCKS; i++) {
        if (holder[i] == (int)thread + 1) {
            release(&threads[thread], i);
            holder[i] = 0;
        }
    }
}

/* The thread ends; another takes its place, created by a third one; sometimes it is joined. */
static void replace(uint32_t i)
{
    struct thread *t = &threads[i], *parent = &threads[(i + 1 + rnd(LIVE - 1)) % LIVE];

    drop_locks(i);
    if (rnd(2)) {
        naive_join(&parent->clock, &t->clock);
        zg_actor_join(parent->actor, t->actor);
    }
    zg_actor_end(t->actor);
    start(t);
    if (rnd(4)) {
        naive_join(&t->clock, &parent->clock);
        parent->clock.at[parent->me]++;
        zg_actor_inherit(t->actor, parent->actor);
    }
}

static void forget(uint32_t object)
{
    if (object < LOCKS && holder[object] != 0)
        return;
    memset(&objects[object], 0, sizeof(objects[object]));
    /* By whatever thread: who released it last empties it, and somebody takes its name, or not. */
    if (known[object] == NULL ||
        !zg_sync_empty(threads[rnd(LIVE)].actor, known[object], tag_of(object)))
        zg_sync_forget(tag_of(object));
    else if (rnd(4) == 0)
        zg_sync_forget_empty(tag_of(object));
}

static void lock_or_unlock(uint32_t i, uint32_t lock)
{
    if (holder[lock] == 0) {
        holder[lock] = (int)i + 1;
        acquire(&threads[i], lock);
    } else if (holder[lock] == (int)i + 1) {
        holder[lock] = 0;
        release(&threads[i], lock);
    }
}

/* exact: both models say the same; else ours may know more. */
static void compare(const struct thread *t, uint32_t use, bool exact)
{
    bool ours = zg_actor_knows(t->actor, uses[use].epoch);
    bool naive = uses[use].epoch == 0 || uses[use].number <= t->clock.at[uses[use].who];

    if (naive)
        ck_assert(ours);
    if (exact && !naive)
        ck_assert(!ours);
}

static void step(bool exact, uint32_t churn)
{
    uint32_t i = rnd(LIVE), what = rnd(100), use = rnd(USES);
    struct thread *t = &threads[i];

    if (rnd(churn) == 0)
        replace(i);
    else if (what < 40)
        lock_or_unlock(i, rnd(4) ? i : rnd(LOCKS)); /* mostly its own */
    else if (what < 50)
        release(t, LOCKS + rnd(OTHERS));
    else if (what < 60)
        acquire(t, LOCKS + rnd(OTHERS));
    else if (what == 60)
        forget(rnd(LOCKS + OTHERS));
    else if (what < 75) {
        uses[use].epoch = t->actor->epoch;
        uses[use].who = t->me;
        uses[use].number = t->clock.at[t->me];
    } else
        compare(t, use, exact);
}

static void mark(uint64_t bits[ZG_SLOT_MAX / 64])
{
    for (uint32_t i = 0; i < USES; i++)
        bits[zg_epoch_slot(uses[i].epoch) / 64] |= (uint64_t)1 << zg_epoch_slot(uses[i].epoch) % 64;
}

static void count_reclaimed(const uint64_t bits[ZG_SLOT_MAX / 64])
{
    ck_assert_uint_eq(bits[0] & 1, 0);
    zg_sync_scrub(bits);
    for (uint32_t slot = 1; slot < ZG_SLOT_MAX; slot++) {
        if ((bits[slot / 64] >> slot % 64 & 1) == 0)
            continue;
        free(by_slot[slot]);
        by_slot[slot] = NULL;
        reclaimed++;
    }
}

static const struct zg_slot_keeper keeper = {.mark = mark, .reclaimed = count_reclaimed};

static void play(uint64_t seed, uint32_t steps, bool exact)
{
    state = seed * 0x9E3779B97F4A7C15U + 1;
    memset(objects, 0, sizeof(objects));
    memset(holder, 0, sizeof(holder));
    memset(uses, 0, sizeof(uses));
    next_me = 0;
    base += (uintptr_t)1 << 20;
    for (uint32_t i = 0; i < LIVE; i++)
        start(&threads[i]);
    for (uint32_t n = 0; n < steps; n++)
        step(exact, steps / 2000);
    for (uint32_t i = 0; i < LIVE; i++)
        zg_actor_end(threads[i].actor);
}

START_TEST(says_what_the_naive_model_says)
{
    uint32_t given, live;

    zg_slots_keeper(&keeper);
    for (uint64_t seed = 1; seed <= 10; seed++)
        play(seed, 100000, true);
    zg_slots_counts(&given, &live);
    ck_assert_uint_eq(live, 0);
    ck_assert_uint_gt(reclaimed, 10000); /* or reuse of slots was not tried */
    ck_assert_uint_lt(given, 256);       /* of about 20,000 threads */
}
END_TEST

/* No edge is lost when there is no memory for snapshots, or for objects. */
START_TEST(knows_no_less_when_snapshots_run_out)
{
    zg_slots_keeper(&keeper);
    zg_vc_set_ceiling(8 << 10);
    for (uint64_t seed = 20; seed < 24; seed++)
        play(seed, 100000, false);
    zg_vc_set_ceiling(0);
}
END_TEST

START_TEST(knows_no_less_when_objects_run_out)
{
    zg_slots_keeper(&keeper);
    zg_sync_set_limit(20);
    for (uint64_t seed = 30; seed < 34; seed++)
        play(seed, 100000, false);
    zg_sync_set_limit(0);
}
END_TEST

/* 4,000 threads that never end share what is left. */
START_TEST(knows_no_less_when_slots_run_out)
{
    static struct zg_actor overflow[ZG_SLOT_MAX];
    uint32_t given, live;

    for (uint32_t i = 0; i < ZG_SLOT_MAX; i++)
        zg_actor_start(&overflow[i], i + 1);
    ck_assert_uint_eq(zg_epoch_slot(overflow[ZG_SLOT_MAX - 1].epoch), ZG_SLOT_SHARED);
    for (uint64_t seed = 40; seed < 43; seed++)
        play(seed, 20000, false);
    for (uint32_t i = 0; i < ZG_SLOT_MAX; i++)
        zg_actor_end(&overflow[i]);
    zg_slots_counts(&given, &live);
    ck_assert_uint_eq(live, 0);
}
END_TEST

/* A slot that some use names is not given again; once none does, it is. */
START_TEST(keeps_the_slot_of_a_last_use)
{
    static struct zg_actor a, actors[1000];
    zg_epoch kept;

    zg_slots_keeper(&keeper);
    memset(uses, 0, sizeof(uses));
    zg_actor_start(&a, 1);
    kept = a.epoch;
    uses[0].epoch = kept;
    zg_actor_end(&a);
    for (uint32_t i = 0; i < 1000; i++) {
        struct zg_actor *b = &actors[i];

        zg_actor_start(b, 2 + i);
        ck_assert_uint_ne(zg_epoch_slot(b->epoch), zg_epoch_slot(kept));
        ck_assert(!zg_actor_knows(b, kept));
        zg_actor_end(b);
    }
}
END_TEST

/* The thread that gets a slot must not pass for the one that had it: what that one released is
 * new to it, and to those who know the new one. */
START_TEST(does_not_mistake_a_slots_new_thread_for_the_old_one)
{
    static struct zg_actor other, old, actors[10000];
    struct zg_actor *new = actors;
    uint64_t tag = zg_sync_tag(0x5000, ZG_SYNC_MUTEX), version = zg_sync_tag(0x5100, ZG_SYNC_MUTEX);
    zg_epoch use;
    uint32_t slot;

    memset(uses, 0, sizeof(uses));
    zg_slots_keeper(&keeper);
    zg_actor_start(&other, 1);
    zg_actor_start(&old, 2);
    use = other.epoch;
    slot = zg_epoch_slot(old.epoch);
    zg_sync_release_tag(&other, version, ZG_SYNC_EXCLUSIVE);
    zg_sync_acquire_tag(&old, version);
    ck_assert(zg_actor_knows(&old, use));
    zg_sync_release_tag(&old, tag, ZG_SYNC_EXCLUSIVE);
    zg_actor_end(&old);
    for (uint32_t i = 0; i < 10000; i++) {
        new = &actors[i];
        zg_actor_start(new, 3 + i);
        if (zg_epoch_slot(new->epoch) == slot)
            break;
        zg_actor_end(new);
    }
    ck_assert_uint_eq(zg_epoch_slot(new->epoch), slot);
    ck_assert(!zg_actor_knows(new, use));
    zg_sync_acquire_tag(new, tag);
    ck_assert(zg_actor_knows(new, use));
    zg_actor_end(new);
    zg_actor_end(&other);
}
END_TEST

START_TEST(a_small_snapshot_is_one_cache_line)
{
    struct zg_vc *a = NULL, *b = NULL;
    size_t made[2], unused;

    ck_assert(zg_vc_learn(&a, NULL, zg_epoch_make(7, 5), 0));
    zg_vc_memory(&made[0], &unused);
    ck_assert(zg_vc_learn(&b, NULL, zg_epoch_make(1, 5), 0));
    zg_vc_memory(&made[1], &unused);
    ck_assert_uint_eq(made[1] - made[0], 64);
    ck_assert_uint_eq((uintptr_t)a % 64, 0);
    ck_assert_uint_eq((uintptr_t)b % 64, 0);
}
END_TEST

/* At the ceiling one takes what is free. */
START_TEST(a_large_snapshot_in_place_of_a_small_one_says_no_more)
{
    struct zg_vc *a = NULL, *b = NULL, *large = NULL;
    zg_epoch old = zg_epoch_make(12, 99);

    ck_assert(zg_vc_learn(&a, NULL, zg_epoch_make(1, 5), 0));
    ck_assert(zg_vc_learn(&b, NULL, zg_epoch_make(2, 7), 0));
    ck_assert(zg_vc_learn(&large, NULL, old, 0));
    zg_vc_unref(large);
    zg_vc_set_ceiling(1);
    zg_critical_enter();
    (void)zg_vc_ref(a);
    ck_assert(zg_vc_learn(&a, b, zg_epoch_make(3, 1), 0));
    zg_critical_leave();
    ck_assert_ptr_eq(a, large);
    for (uint32_t slot = 1; slot < 16; slot++)
        ck_assert_uint_eq(zg_vc_number(a, slot), slot == 1 ? 5 : slot == 2 ? 7 : slot == 3);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("clock");

    tcase_add_test(tc, says_what_the_naive_model_says);
    tcase_add_test(tc, knows_no_less_when_snapshots_run_out);
    tcase_add_test(tc, knows_no_less_when_objects_run_out);
    tcase_add_test(tc, knows_no_less_when_slots_run_out);
    tcase_add_test(tc, keeps_the_slot_of_a_last_use);
    tcase_add_test(tc, does_not_mistake_a_slots_new_thread_for_the_old_one);
    tcase_add_test(tc, a_small_snapshot_is_one_cache_line);
    tcase_add_test(tc, a_large_snapshot_in_place_of_a_small_one_says_no_more);
    return run_suite("clock", tc);
}
