/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The rounds of barriers, held against a simulated barrier whose threads go step by step in every
 * order that a seed gives: no edge may get lost, whoever comes, and where no more threads come than
 * a round takes, none may be too many. Threads are not real here, but their clocks are.
 */
#include <stdlib.h>

#include "base/fence.h"
#include "model/round.h"
#include "model/sync.h"
#include "model/sync_table.h"
#include "unit/suite.h"

#define BARRIER      ((uintptr_t)0x7f0000001000)
#define THREADS      6
#define ARRIVALS_MAX 4096

/* The real barrier: its n-th arrival is of round n / count, and leaves once the round is full. */
static struct {
    uint32_t count, arrivals;
    zg_epoch used[ARRIVALS_MAX]; /* by each arrival, what its thread did just before */
} real;

enum place { AWAY, COUNTED, WAITING, LEFT, LEARNT };

static struct walker {
    struct zg_actor *actor;
    enum place place;
    bool unseen; /* its waits are not counted */
    struct zg_round round;
    uint32_t arrival;
    zg_epoch used;
    enum zg_round_objects from;
} walkers[THREADS];

static uint32_t last_id;
static uint32_t merged_waits, waits;

static uint64_t tag_of(enum zg_round_objects object)
{
    return zg_sync_tag(BARRIER, object == ZG_ROUND_ODD ? ZG_SYNC_BARRIER_ODD : ZG_SYNC_BARRIER);
}

static void begin(uint32_t count)
{
    real.count = count;
    real.arrivals = 0;
    for (int i = 0; i < THREADS; i++) {
        struct zg_actor *a = calloc(1, sizeof(*a));

        zg_actor_start(a, ++last_id);
        walkers[i] = (struct walker){.actor = a};
    }
    zg_sync_forget(tag_of(ZG_ROUND_EVEN));
    zg_sync_forget(tag_of(ZG_ROUND_ODD));
    zg_rounds_end(BARRIER);
    zg_rounds_begin(BARRIER, count);
}

static void end(void)
{
    for (int i = 0; i < THREADS; i++)
        zg_actor_end(walkers[i].actor); /* the record stays: it is the clock's */
}

static void arrive(struct walker *w)
{
    w->used = w->actor->epoch;
    if (!w->unseen) {
        w->round = zg_round_arrive(BARRIER);
        zg_sync_release_tag(w->actor, tag_of(w->round.into), ZG_SYNC_SHARED);
    }
    w->place = COUNTED;
}

static void wait(struct walker *w)
{
    w->arrival = real.arrivals++;
    real.used[w->arrival] = w->unseen ? 0 : w->used;
    w->place = WAITING;
}

static bool may_leave(const struct walker *w)
{
    return real.arrivals >= (w->arrival / real.count + 1) * real.count;
}

static void leave(struct walker *w)
{
    w->from = w->unseen ? 0 : zg_round_over(&w->round);
    w->place = LEFT;
}

static void learn(struct walker *w)
{
    if ((w->from & ZG_ROUND_EVEN) != 0)
        zg_sync_acquire_tag(w->actor, tag_of(ZG_ROUND_EVEN));
    if ((w->from & ZG_ROUND_ODD) != 0)
        zg_sync_acquire_tag(w->actor, tag_of(ZG_ROUND_ODD));
    waits++;
    merged_waits += w->from == ZG_ROUND_BOTH;
    w->place = LEARNT;
}

/* What w must know after its round, and, when the rounds are exact, what it must not. */
static void judge(const struct walker *w, bool exact)
{
    uint32_t next = (w->arrival / real.count + 1) * real.count;

    for (uint32_t i = next - real.count; i < next && !w->unseen; i++)
        ck_assert(zg_actor_knows(w->actor, real.used[i]));
    for (int i = 0; i < THREADS && exact; i++) {
        const struct walker *other = &walkers[i];
        bool is_next = other->place == COUNTED || /* waits in w's own round would be over */
                       (other->place == WAITING && other->arrival >= next);

        ck_assert(!is_next || other == w || !zg_actor_knows(w->actor, other->used));
    }
}

static void step(struct walker *w, bool exact)
{
    if (w->place == AWAY) {
        arrive(w);
    } else if (w->place == COUNTED) {
        wait(w);
    } else if (w->place == WAITING) {
        if (may_leave(w))
            leave(w);
    } else if (w->place == LEFT) {
        learn(w);
        judge(w, exact);
    } else {
        if (!w->unseen)
            zg_round_leave(&w->round);
        w->place = AWAY;
    }
}

/* One after the other, each for a while, so that some fall far behind. */
static void go(unsigned seed, int threads, int steps, bool exact)
{
    struct walker *w = &walkers[0];

    while (steps-- > 0 && real.arrivals < ARRIVALS_MAX - THREADS) {
        if (rand_r(&seed) % 3 != 0)
            w = &walkers[rand_r(&seed) % (unsigned)threads];
        step(w, exact);
    }
}

START_TEST(as_many_threads_as_a_round_takes_are_exact)
{
    merged_waits = waits = 0;
    for (unsigned seed = 1; seed <= 300; seed++) {
        begin(1 + seed % 4);
        go(seed, (int)real.count, 400, true);
        end();
    }
    ck_assert_uint_gt(waits, 10000);
    ck_assert_uint_eq(merged_waits, 0);
}
END_TEST

START_TEST(more_threads_lose_no_edge)
{
    merged_waits = waits = 0;
    for (unsigned seed = 1; seed <= 2000; seed++) {
        begin(1 + seed % 4);
        go(seed, (int)(real.count + 1 + seed % 2), 40 + seed % 200, false);
        end();
    }
    ck_assert_uint_gt(merged_waits, 1000);
    ck_assert_uint_gt(waits - merged_waits, 1000);
}
END_TEST

START_TEST(one_that_is_not_seen_costs_the_others_no_edge)
{
    for (unsigned seed = 1; seed <= 500; seed++) {
        begin(2 + seed % 3);
        walkers[0].unseen = true;
        go(seed, (int)real.count, 200, false);
        end();
    }
}
END_TEST

START_TEST(who_leaves_late_does_not_learn_what_the_next_round_brings)
{
    struct walker *late = &walkers[0], *quick = &walkers[1];

    begin(2);
    step(late, true);
    step(late, true);
    for (int i = 0; i < 5; i++)
        step(quick, true); /* all of the round */
    step(quick, true);     /* and into the next */
    ck_assert_int_eq(quick->round.into, ZG_ROUND_ODD);
    step(late, true);
    step(late, true); /* judged here */
    ck_assert_int_eq(late->from, ZG_ROUND_EVEN);
    end();
}
END_TEST

/* Destroyed by one while another is still on its way out, and initialised at the same place. */
START_TEST(who_leaves_an_earlier_barrier_is_not_counted_out_of_the_next)
{
    struct zg_round late, first, second, third;

    begin(2);
    late = zg_round_arrive(BARRIER);
    (void)zg_round_arrive(BARRIER);
    zg_rounds_end(BARRIER);
    zg_rounds_begin(BARRIER, 2);
    first = zg_round_arrive(BARRIER);
    second = zg_round_arrive(BARRIER);
    ck_assert_int_eq(zg_round_over(&late), ZG_ROUND_BOTH);
    zg_round_leave(&late);
    ck_assert_int_eq(zg_round_over(&first), ZG_ROUND_EVEN);
    /* Counted out, there would be room for a third. */
    third = zg_round_arrive(BARRIER);
    ck_assert_int_eq(third.into, ZG_ROUND_EVEN);
    ck_assert_int_eq(zg_round_over(&second), ZG_ROUND_BOTH);
    end();
}
END_TEST

START_TEST(without_a_place_there_are_no_rounds)
{
    uint32_t counted = 0;

    begin(1);
    ck_assert_ptr_null(zg_round_arrive(BARRIER + 8).of);
    for (uintptr_t i = 1; i <= 2 * ZG_ROUND_BARRIERS; i++)
        zg_rounds_begin(BARRIER + i * 32, 1);
    for (uintptr_t i = 1; i <= 2 * ZG_ROUND_BARRIERS; i++) {
        struct zg_round round = zg_round_arrive(BARRIER + i * 32);

        counted += round.of != NULL;
        ck_assert_int_eq(round.into, ZG_ROUND_EVEN);
        ck_assert_int_eq(zg_round_over(&round), ZG_ROUND_EVEN);
        zg_round_leave(&round);
        zg_rounds_end(BARRIER + i * 32);
    }
    ck_assert_uint_gt(counted, ZG_ROUND_BARRIERS / 2);
    ck_assert_uint_lt(counted, ZG_ROUND_BARRIERS);
    /* They were given back. */
    for (uintptr_t i = 1; i <= 2 * ZG_ROUND_BARRIERS; i++) {
        zg_rounds_begin(BARRIER + i * 32, 1);
        ck_assert_ptr_nonnull(zg_round_arrive(BARRIER + i * 32).of);
        zg_rounds_end(BARRIER + i * 32);
    }
    end();
}
END_TEST

START_TEST(a_round_too_large_to_be_counted_is_merged)
{
    struct zg_round round;

    begin(4 * ZG_ROUND_THREADS);
    for (uint32_t i = 0; i < 4 * ZG_ROUND_THREADS; i++) {
        round = zg_round_arrive(BARRIER);
        if (round.into != ZG_ROUND_EVEN)
            ck_abort_msg("arrival %u", i);
    }
    ck_assert_int_eq(zg_round_over(&round), ZG_ROUND_BOTH);
    end();
}
END_TEST

/* Ended threads have left nothing but what was released: their slots are given again. */
static void mark_none(uint64_t bits[ZG_SLOT_MAX / 64])
{
    (void)bits;
}

static const struct zg_slot_keeper keeper = {.mark = mark_none, .reclaimed = zg_sync_scrub};

int main(void)
{
    TCase *tc = tcase_create("round");

    zg_fence_init();
    zg_slots_keeper(&keeper);
    tcase_add_test(tc, as_many_threads_as_a_round_takes_are_exact);
    tcase_add_test(tc, more_threads_lose_no_edge);
    tcase_add_test(tc, one_that_is_not_seen_costs_the_others_no_edge);
    tcase_add_test(tc, who_leaves_late_does_not_learn_what_the_next_round_brings);
    tcase_add_test(tc, who_leaves_an_earlier_barrier_is_not_counted_out_of_the_next);
    tcase_add_test(tc, without_a_place_there_are_no_rounds);
    tcase_add_test(tc, a_round_too_large_to_be_counted_is_merged);
    return run_suite("round", tc);
}
