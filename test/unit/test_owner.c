/* SPDX-License-Identifier: MPL-2.0 */
/* Ownership: every way into an object, state by state. */
#include <pthread.h>
#include <stdlib.h>

#include "model/inproc.h"
#include "model/owner.h"
#include "unit/suite.h"

#define HANDLE ((uintptr_t)0x1000)

static struct zg_owned o;
static struct zg_actor a, b;
static struct zg_prior prior;

static void setup(void)
{
    zg_fence_init();
    o = (struct zg_owned){0};
    a = (struct zg_actor){.id = 1, .epoch = zg_epoch_make(1, 1)};
    b = (struct zg_actor){.id = 2, .epoch = zg_epoch_make(2, 1)};
    zg_owned_init(&o, &a, HANDLE, 0);
}

static void note(struct zg_actor *actor, uint64_t what, uintptr_t frame)
{
    zg_owned_note(&o, actor, what, frame);
    if (!zg_owned_count(&o))
        zg_owned_time(&o, 1, 1);
}

/* One whole use: in, noted, out. The entry says how it went. */
static enum zg_entry use(struct zg_actor *actor)
{
    enum zg_entry entry = ZG_ENTRY_OK;

    if (!zg_owned_enter(&o, actor, HANDLE, 0x100))
        entry = zg_owned_enter_slow(&o, actor, HANDLE, &prior);
    if (entry > ZG_ENTRY_UNORDERED)
        return entry;
    note(actor, zg_use_make(7, 9), 0x100);
    zg_owned_leave(&o, actor);
    return entry;
}

/* What a release by `from` and an acquire by `to` leave behind. */
static void order(struct zg_actor *from, struct zg_actor *to)
{
    static _Alignas(struct zg_vc) unsigned char memory[sizeof(struct zg_vc) + 4 * sizeof(uint64_t)];
    struct zg_vc *known = (struct zg_vc *)memory;

    known->refs = 1;
    known->size = 4;
    known->from_1[zg_epoch_slot(from->epoch) - 1] = from->epoch & ZG_EPOCH_NUMBER;
    to->vc = known;
    from->epoch++;
}

START_TEST(the_owner_enters_and_leaves)
{
    for (int i = 0; i < 100; i++) {
        ck_assert(zg_owned_enter(&o, &a, HANDLE, 0x100));
        ck_assert_ptr_eq(a.entering, &zg_owned_several.in);
        note(&a, zg_use_make(3, 5), 0x100);
        zg_owned_leave(&o, &a);
        ck_assert_ptr_null(a.entering);
    }
    ck_assert_uint_eq(zg_owned_uses(&o), 100);
    ck_assert_uint_eq(zg_use_op(o.use), 3);
    ck_assert_uint_eq(zg_use_stack(o.use), 5);
    ck_assert_uint_eq(o.in, 0);
}
END_TEST

START_TEST(another_handle_is_not_entered)
{
    ck_assert(!zg_owned_enter(&o, &a, HANDLE + 16, 0x100));
    ck_assert_int_eq(zg_owned_enter_slow(&o, &a, HANDLE + 16, &prior), ZG_ENTRY_CLOSED);
    ck_assert_uint_eq(o.in, 0);
}
END_TEST

START_TEST(an_unordered_use_is_told_with_the_last_one)
{
    ck_assert_int_eq(use(&a), ZG_ENTRY_OK);
    ck_assert_int_eq(use(&b), ZG_ENTRY_UNORDERED);
    ck_assert_uint_eq(prior.owner, a.id);
    ck_assert_uint_eq(prior.calls, 1);
    ck_assert_uint_eq(zg_use_stack(prior.use), 9);
    /* Told once: from then on it is b's. */
    ck_assert_int_eq(use(&b), ZG_ENTRY_OK);
    ck_assert_int_eq(use(&a), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(an_ordered_use_adopts)
{
    (void)use(&a);
    order(&a, &b);
    ck_assert_int_eq(use(&b), ZG_ENTRY_ADOPTED);
    ck_assert_uint_eq((uint32_t)o.word, b.id);
}
END_TEST

START_TEST(a_use_after_the_hand_over_is_unordered)
{
    (void)use(&a);
    order(&a, &b);
    (void)use(&a); /* a goes on although it gave the object away */
    ck_assert_int_eq(use(&b), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(who_is_inside_is_overlapped)
{
    ck_assert(zg_owned_enter(&o, &a, HANDLE, 0x100));
    note(&a, zg_use_make(4, 4), 0x300);
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_OVERLAP);
    ck_assert_uint_eq(prior.inside, a.id);
    ck_assert_uint_eq(zg_use_op(prior.use), 4);
    zg_owned_leave(&o, &a);
    ck_assert_uint_eq(o.in, 0);
}
END_TEST

START_TEST(who_is_entering_is_overlapped)
{
    a.entering = &o.in; /* preempted between the two stores of zg_owned_enter() */
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_OVERLAP);
    ck_assert_uint_eq(prior.inside, a.id);
    a.entering = NULL;
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(a_nested_use_is_told_and_an_abandoned_one_cleared)
{
    ck_assert(zg_owned_enter(&o, &a, HANDLE, 0x100));
    ck_assert(!zg_owned_enter(&o, &a, HANDLE, 0x100));
    ck_assert_int_eq(zg_owned_enter_slow(&o, &a, HANDLE, &prior), ZG_ENTRY_NESTED);
    zg_owned_abandon(&o, &b); /* not b's to say */
    ck_assert_uint_eq(o.in, a.id);
    zg_owned_abandon(&o, &a);
    ck_assert_uint_eq(o.in, 0);
    ck_assert_int_eq(use(&a), ZG_ENTRY_OK);
}
END_TEST

/* As track/call.h does it, by a hint for this frame and with this word. */
static bool enter_fast(struct zg_owned *with, struct zg_actor *actor, uint64_t word,
                       uintptr_t handle, uintptr_t frame)
{
    if (zg_owned_sum(actor, frame) != frame || !zg_owned_enter_fast(with, actor, handle, frame))
        return false;
    if (with->word == word)
        return true;
    zg_owned_step_back(actor);
    return false;
}

START_TEST(a_new_object_has_none_of_the_old_ones_messages)
{
    static struct zg_socket s;

    s.owned.own = &zg_inproc_none;
    s.owned.quiet = true;
    zg_owned_init(&s.owned, &a, HANDLE, 0);
    ck_assert_ptr_null(s.owned.own);
    ck_assert(!s.owned.quiet);
}
END_TEST

START_TEST(the_fast_path_in_and_out)
{
    uint64_t word = o.word;

    for (int i = 0; i < 3; i++) {
        ck_assert(enter_fast(&o, &a, word, HANDLE, 0x400));
        ck_assert_ptr_eq(a.entering, &o.in);
        ck_assert_uint_eq(a.frame, 0x400);
        ck_assert_uint_eq(zg_owned_inside(&o), a.id);
        a.epoch++;
        zg_owned_leave_fast(&o);
        ck_assert_ptr_null(a.entering);
        ck_assert_uint_eq(zg_owned_inside(&o), 0);
        ck_assert_uint_eq(o.epoch, a.epoch);
    }
}
END_TEST

START_TEST(who_is_usually_inside_is_overlapped)
{
    ck_assert(enter_fast(&o, &a, o.word, HANDLE, 0x400));
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_OVERLAP);
    ck_assert_uint_eq(prior.inside, a.id);
    ck_assert(!zg_owned_hand_off(&o, &a));
    zg_owned_leave_fast(&o);
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(what_is_not_the_owners_next_use_takes_the_general_path)
{
    uint64_t word = o.word;

    ck_assert(!enter_fast(&o, &a, word, HANDLE + 16, 0x400));
    ck_assert(!enter_fast(&o, &a, word + ZG_OWNED_VERSION, HANDLE, 0x400));
    ck_assert(zg_owned_enter(&o, &a, HANDLE, 0x400));
    ck_assert(!enter_fast(&o, &a, word, HANDLE, 0x500)); /* inside already */
    note(&a, zg_use_make(3, 5), 0x400);
    zg_owned_leave(&o, &a);
    ck_assert_ptr_null(a.entering);
    (void)use(&b); /* takes the bias away */
    ck_assert(!enter_fast(&o, &a, word, HANDLE, 0x400));
    ck_assert_ptr_null(a.entering);
}
END_TEST

START_TEST(a_use_within_a_fast_one_is_nested)
{
    uint64_t word = o.word;

    ck_assert(enter_fast(&o, &a, word, HANDLE, 0x400));
    ck_assert(!enter_fast(&o, &a, word, HANDLE, 0x300));
    ck_assert(!zg_owned_enter(&o, &a, HANDLE, 0x300));
    ck_assert_uint_eq(a.frame, 0x400);
    ck_assert_int_eq(zg_owned_enter_slow(&o, &a, HANDLE, &prior), ZG_ENTRY_NESTED);
    ck_assert_uint_eq(prior.inside, a.id);
    ck_assert_uint_eq(prior.frame, 0x400);
    zg_owned_abandon(&o, &a); /* its frame is gone */
    ck_assert_ptr_null(a.entering);
    ck_assert_int_eq(use(&a), ZG_ENTRY_OK);
}
END_TEST

START_TEST(a_use_of_another_object_leaves_a_fast_one_alone)
{
    struct zg_owned other = {0};

    zg_owned_init(&other, &a, HANDLE + 64, 0);
    ck_assert(enter_fast(&o, &a, o.word, HANDLE, 0x400));
    ck_assert(!zg_owned_enter(&other, &a, HANDLE + 64, 0x300));
    ck_assert_int_eq(zg_owned_enter_slow(&other, &a, HANDLE + 64, &prior), ZG_ENTRY_OK);
    ck_assert_int_eq(zg_owned_enter_slow(&other, &b, HANDLE + 64, &prior), ZG_ENTRY_OVERLAP);
    ck_assert_int_eq(zg_owned_enter_slow(&o, &b, HANDLE, &prior), ZG_ENTRY_OVERLAP);
    zg_owned_leave(&other, &a);
    ck_assert_ptr_eq(a.entering, &o.in);
    zg_owned_leave_fast(&o);
}
END_TEST

START_TEST(a_call_that_uses_several_is_left_at_the_end)
{
    struct zg_owned other = {0};

    zg_owned_init(&other, &a, HANDLE + 64, 0);
    ck_assert(zg_owned_enter(&o, &a, HANDLE, 0x400));
    ck_assert(zg_owned_enter(&other, &a, HANDLE + 64, 0x400));
    ck_assert(!zg_owned_enter(&o, &a, HANDLE, 0x300)); /* another call, within */
    ck_assert_ptr_eq(a.entering, &zg_owned_several.in);
    ck_assert_uint_eq(o.in, a.id);
    ck_assert_uint_eq(other.in, a.id);
    zg_owned_note(&o, &a, zg_use_make(3, 5), 0x400);
    zg_owned_leave(&o, &a);
    ck_assert_ptr_null(a.entering);
    zg_owned_leave(&other, &a);
    ck_assert_uint_eq(other.in, 0);
    /* A slow entry is the outermost call's, or leaves that alone. */
    zg_owned_stay(&a, 0x500);
    zg_owned_stay(&a, 0x400);
    zg_owned_leave_call(&a, 0x400);
    ck_assert_ptr_eq(a.entering, &zg_owned_several.in);
    zg_owned_leave_call(&a, 0x500);
    ck_assert_ptr_null(a.entering);
}
END_TEST

/* So many uses, each so many ns after the other: how many of them are timed? */
static uint64_t timed_among(uint64_t uses, uint64_t ns)
{
    uint64_t timed = 0, first = zg_owned_uses(&o) + 1;

    for (uint64_t n = first; n < first + uses; n++) {
        if (!zg_owned_count(&o)) {
            zg_owned_time(&o, n * ns, n * ns);
            timed++;
            ck_assert_uint_eq(o.timed, n);
            ck_assert_uint_eq(o.time, n * ns);
        }
        ck_assert_uint_eq(zg_owned_uses(&o), n);
    }
    return timed;
}

START_TEST(every_use_counts_and_some_are_timed)
{
    ck_assert_uint_eq(timed_among(200, 1000000), 8 + 3);
    ck_assert_uint_eq(timed_among(6400, 1000000), 100);
}
END_TEST

START_TEST(the_more_uses_a_moment_has_the_fewer_are_timed)
{
    ck_assert_uint_eq(timed_among(8, 10000), 8);
    /* After 64, 128, 256 and 512 more, then after as many as take a moment. */
    ck_assert_uint_eq(timed_among(960, 10000), 4);
    ck_assert_uint_le(timed_among(100000, 10000), 250);
    ck_assert_uint_le(o.due - o.timed, 2048);
    /* At most that many. */
    ck_assert_uint_ge(timed_among(100000, 1), 100000 / 4096 - 1);
}
END_TEST

START_TEST(the_bias_comes_back_under_a_new_version)
{
    uint64_t version = o.word >> 40;

    (void)use(&b);
    ck_assert(o.word & ZG_OWNED_SHARED);
    for (int i = 0; i < 64; i++)
        ck_assert_int_eq(use(&b), ZG_ENTRY_OK);
    ck_assert_uint_eq(o.word & ZG_OWNED_PLAIN, b.id);
    ck_assert_uint_gt(o.word >> 40, version);
    ck_assert(zg_owned_enter(&o, &b, HANDLE, 0x100));
    zg_owned_leave(&o, &b);
}
END_TEST

START_TEST(an_object_handed_to_and_fro_stays_shared)
{
    for (int i = 0; i < 200; i++) {
        struct zg_actor *from = i % 2 ? &b : &a;
        struct zg_actor *to = i % 2 ? &a : &b;

        order(from, to);
        ck_assert_int_eq(use(to), ZG_ENTRY_ADOPTED);
    }
    ck_assert(o.word & ZG_OWNED_SHARED);
}
END_TEST

START_TEST(closed_unchecked_and_foreign_objects_say_so)
{
    static const struct {
        uint64_t flag;
        enum zg_entry entry;
    } cases[] = {{ZG_OWNED_CLOSED, ZG_ENTRY_CLOSED},
                 {ZG_OWNED_FORKED, ZG_ENTRY_FORKED},
                 {ZG_OWNED_UNCHECKED, ZG_ENTRY_UNCHECKED},
                 {ZG_OWNED_CLOSED | ZG_OWNED_SHARED, ZG_ENTRY_CLOSED},
                 {ZG_OWNED_FORKED | ZG_OWNED_UNCHECKED, ZG_ENTRY_FORKED}};

    for (size_t i = 0; i < ZG_COUNT(cases); i++) {
        setup();
        o.word |= cases[i].flag;
        ck_assert_int_eq(use(&a), cases[i].entry);
        ck_assert_int_eq(use(&b), cases[i].entry);
        ck_assert_uint_eq(o.in, 0);
    }
}
END_TEST

START_TEST(who_lets_go_hands_over_without_order)
{
    (void)use(&a);
    ck_assert(!zg_owned_hand_off(&o, &b));
    ck_assert(zg_owned_hand_off(&o, &a));
    ck_assert_int_eq(use(&b), ZG_ENTRY_ADOPTED);
    ck_assert_int_eq(use(&a), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(who_lets_go_may_take_it_back)
{
    (void)use(&a);
    ck_assert(zg_owned_hand_off(&o, &a));
    ck_assert_int_eq(use(&a), ZG_ENTRY_OK); /* it was its own all the time */
    ck_assert_int_eq(use(&b), ZG_ENTRY_UNORDERED);
}
END_TEST

START_TEST(a_record_given_again_turns_old_users_away)
{
    uint32_t generation = o.generation;

    zg_owned_init(&o, &b, HANDLE + 64, 0);
    ck_assert_uint_eq(o.generation, generation + 1);
    ck_assert_int_eq(use(&a), ZG_ENTRY_CLOSED);
    ck_assert(zg_owned_enter(&o, &b, HANDLE + 64, 0x100));
}
END_TEST

START_TEST(without_membarrier_it_is_the_same)
{
    zg_fence_asymmetric = false;
    (void)use(&a);
    ck_assert_int_eq(use(&b), ZG_ENTRY_UNORDERED);
    ck_assert(zg_owned_enter_slow(&o, &b, HANDLE, &prior) == ZG_ENTRY_OK);
    ck_assert_int_eq(zg_owned_enter_slow(&o, &a, HANDLE, &prior), ZG_ENTRY_OVERLAP);
}
END_TEST

START_TEST(strict_allows_adoption_before_io_and_close_after_join)
{
    for (int bits = 0; bits < 8; bits++) {
        struct zg_prior p = {.io = bits & 1};
        bool is_close = bits & 2;
        bool joined = bits & 4;

        ck_assert_int_eq(zg_strict_allows(&p, is_close, joined), !p.io || (is_close && joined));
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("entries");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, the_owner_enters_and_leaves);
    tcase_add_test(t, another_handle_is_not_entered);
    tcase_add_test(t, an_unordered_use_is_told_with_the_last_one);
    tcase_add_test(t, an_ordered_use_adopts);
    tcase_add_test(t, a_use_after_the_hand_over_is_unordered);
    tcase_add_test(t, who_is_inside_is_overlapped);
    tcase_add_test(t, who_is_entering_is_overlapped);
    tcase_add_test(t, a_nested_use_is_told_and_an_abandoned_one_cleared);
    tcase_add_test(t, a_new_object_has_none_of_the_old_ones_messages);
    tcase_add_test(t, the_fast_path_in_and_out);
    tcase_add_test(t, who_is_usually_inside_is_overlapped);
    tcase_add_test(t, what_is_not_the_owners_next_use_takes_the_general_path);
    tcase_add_test(t, a_use_within_a_fast_one_is_nested);
    tcase_add_test(t, a_use_of_another_object_leaves_a_fast_one_alone);
    tcase_add_test(t, a_call_that_uses_several_is_left_at_the_end);
    tcase_add_test(t, every_use_counts_and_some_are_timed);
    tcase_add_test(t, the_more_uses_a_moment_has_the_fewer_are_timed);
    tcase_add_test(t, the_bias_comes_back_under_a_new_version);
    tcase_add_test(t, an_object_handed_to_and_fro_stays_shared);
    tcase_add_test(t, closed_unchecked_and_foreign_objects_say_so);
    tcase_add_test(t, who_lets_go_hands_over_without_order);
    tcase_add_test(t, who_lets_go_may_take_it_back);
    tcase_add_test(t, a_record_given_again_turns_old_users_away);
    tcase_add_test(t, without_membarrier_it_is_the_same);
    tcase_add_test(t, strict_allows_adoption_before_io_and_close_after_join);
    return run_suite("owner", t);
}
