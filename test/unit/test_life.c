/* SPDX-License-Identifier: MPL-2.0 */
/* Lives of objects: every state with every event, and the records that carry them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/contexts.h"
#include "host/fork.h"
#include "host/handles.h"
#include "model/life.h"
#include "unit/suite.h"

/* As the specification words it: told by rules, the table is told cell by cell. */
static enum zg_life_finding rule(enum zg_life state, enum zg_life_event event)
{
    bool is_close = event == ZG_LIFE_CLOSE;

    if (state == ZG_LIFE_CLOSED || (state == ZG_LIFE_REBORN && event != ZG_LIFE_SOFT))
        return is_close ? ZG_LIFE_DOUBLE_CLOSE : ZG_LIFE_USE_AFTER_CLOSE;
    return state == ZG_LIFE_FORKED && !is_close ? ZG_LIFE_USE_AFTER_FORK : ZG_LIFE_FINE;
}

START_TEST(every_state_of_an_object_with_every_event)
{
    for (int s = 0; s < ZG_LIFE_STATES; s++) {
        for (int e = 0; e < ZG_LIFE_EVENTS; e++)
            ck_assert_msg(zg_life_finding((enum zg_life)s, (enum zg_life_event)e) ==
                              rule((enum zg_life)s, (enum zg_life_event)e),
                          "state %d, event %d", s, e);
    }
}
END_TEST

static enum zg_life_finding ctx_rule(enum zg_life state, enum zg_life_ctx_event event)
{
    if (state == ZG_LIFE_CLOSED)
        return ZG_LIFE_USE_AFTER_TERM;
    return state == ZG_LIFE_FORKED && event != ZG_LIFE_CTX_STOP ? ZG_LIFE_USE_AFTER_FORK
                                                                : ZG_LIFE_FINE;
}

START_TEST(every_state_of_a_context_with_every_event)
{
    for (int s = 0; s < ZG_LIFE_STATES; s++) {
        for (int e = 0; e < ZG_LIFE_CTX_EVENTS; e++)
            ck_assert_msg(zg_life_ctx_finding((enum zg_life)s, (enum zg_life_ctx_event)e) ==
                              ctx_rule((enum zg_life)s, (enum zg_life_ctx_event)e),
                          "state %d, event %d", s, e);
    }
}
END_TEST

START_TEST(a_child_has_lost_what_was_open)
{
    ck_assert_int_eq(zg_life_in_child(ZG_LIFE_NONE), ZG_LIFE_NONE);
    ck_assert_int_eq(zg_life_in_child(ZG_LIFE_OPEN), ZG_LIFE_FORKED);
    ck_assert_int_eq(zg_life_in_child(ZG_LIFE_CLOSED), ZG_LIFE_CLOSED);
    ck_assert_int_eq(zg_life_in_child(ZG_LIFE_FORKED), ZG_LIFE_FORKED);
}
END_TEST

START_TEST(a_stale_handle_needs_an_unknown_birth_and_an_acquaintance)
{
    struct zg_actor a = {.id = 1, .epoch = zg_epoch_make(1, 10)};
    zg_epoch foreign = zg_epoch_make(2, 5);
    zg_epoch own = zg_epoch_make(1, 7);

    ck_assert(zg_life_is_stale(&a, foreign, true));
    ck_assert(!zg_life_is_stale(&a, foreign, false));
    ck_assert(!zg_life_is_stale(&a, own, true));
}
END_TEST

static struct zg_actor actor = {.id = 1, .epoch = (zg_epoch)1 << ZG_EPOCH_SHIFT};

static struct zg_socket *make(uintptr_t handle)
{
    struct zg_socket seed = {.what = ZG_WHAT_SOCKET};

    return zg_handles_add(&seed, &actor, handle, 0);
}

static void end(struct zg_socket *s)
{
    zg_handles_closing(s, &actor, 7);
    zg_handles_bury(s);
}

START_TEST(an_address_remembers_who_had_it_before)
{
    struct zg_socket *a = make(0x1000);
    struct zg_socket previous;
    struct zg_socket *b;
    uint32_t number = a->number;

    ck_assert(!zg_handles_previous(a, &previous));
    end(a);
    ck_assert_ptr_eq(zg_handles_find(0x1000), a);
    b = make(0x1000);
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_eq(zg_handles_find(0x1000), b);
    ck_assert(zg_handles_previous(b, &previous));
    ck_assert_uint_eq(previous.number, number);
    ck_assert_uint_eq(previous.closed_at, 7);
    for (uintptr_t i = 0; i <= ZG_HANDLES_CLOSED; i++)
        end(make(0x200000 + i * 64));
    ck_assert(!zg_handles_previous(b, &previous)); /* forgotten, not mistaken for another */
    end(b);
}
END_TEST

START_TEST(an_address_given_to_an_unknown_object_is_not_closed)
{
    end(make(0x3000));
    zg_handles_unknown(0x3000);
    ck_assert_ptr_null(zg_handles_find(0x3000));
    ck_assert_ptr_nonnull(make(0x3000)); /* open, and then lost without a close */
    zg_handles_unknown(0x3000);
    ck_assert_ptr_null(zg_handles_find(0x3000));
    zg_handles_unknown(0x3000);
}
END_TEST

START_TEST(closed_records_are_bounded)
{
    size_t before;

    for (uintptr_t i = 0; i < 4 * ZG_HANDLES_CLOSED; i++)
        end(make(0x4000000 + i * 128));
    before = zg_arena_mapped();
    for (uintptr_t i = 0; i < 200000; i++)
        end(make(0x8000000 + i * 128));
    ck_assert_uint_eq(zg_arena_mapped(), before);
    ck_assert_ptr_null(zg_handles_find(0x8000000));                   /* the oldest are gone, */
    ck_assert_ptr_nonnull(zg_handles_find(0x8000000 + 199999 * 128)); /* the newest are not */
}
END_TEST

START_TEST(ended_contexts_are_bounded)
{
    size_t before = 0;

    for (uintptr_t i = 0; i < 100000; i++) {
        struct zg_context *c = zg_contexts_add(0x100000 + i * 128, NULL, &actor, 0);

        ck_assert_ptr_nonnull(c);
        zg_contexts_ended(c, c->number, &actor, 0);
        ck_assert_uint_eq(c->state, ZG_LIFE_CLOSED);
        if (i == 4 * ZG_CONTEXTS_ENDED)
            before = zg_arena_mapped();
    }
    ck_assert_uint_eq(zg_arena_mapped(), before);
    ck_assert_ptr_null(zg_contexts_find(0x100000));
}
END_TEST

START_TEST(a_context_that_came_meanwhile_is_not_ended_for_the_previous_one)
{
    struct zg_context *c = zg_contexts_add(0x77770000, NULL, &actor, 0);
    uint32_t number = c->number;

    ck_assert_ptr_eq(zg_contexts_add(0x77770000, NULL, &actor, 0), c);
    zg_contexts_ended(c, number, &actor, 0);
    ck_assert_uint_eq(c->state, ZG_LIFE_OPEN);
    zg_contexts_ended(c, c->number, &actor, 0);
    ck_assert_uint_eq(c->state, ZG_LIFE_CLOSED);
}
END_TEST

/* In the child: 0, or the number of what is wrong. */
static int look_around(struct zg_socket *open, struct zg_socket *closed, struct zg_socket *timers,
                       const struct zg_context *context)
{
    struct zg_prior prior;
    struct zg_actor other = {.id = 2, .epoch = zg_epoch_make(2, 1)};
    uint64_t mask;

    if (zg_fork_page.live != 0 || !zg_fork_is_new_child(actor.id, &mask))
        return 1;
    zg_handles_after_fork();
    zg_fork_adopted(mask);
    if (zg_fork_is_new_child(actor.id, &mask) || zg_fork_generation() != 1)
        return 2;
    if (zg_fork_since(0) == NULL || zg_fork_since(0)->parent != getppid() ||
        zg_fork_since(0)->stack != 42 || zg_fork_since(1) != NULL)
        return 3;
    if (zg_owned_enter(&open->owned, &actor, 0x5000, 0x100) ||
        zg_owned_enter_slow(&open->owned, &actor, 0x5000, &prior) != ZG_ENTRY_FORKED)
        return 4;
    if (zg_owned_enter_slow(&closed->owned, &actor, 0x5100, &prior) != ZG_ENTRY_CLOSED)
        return 5;
    if (zg_owned_enter_slow(&timers->owned, &other, 0x5200, &prior) != ZG_ENTRY_ADOPTED)
        return 6;
    return context->state == ZG_LIFE_FORKED ? 0 : 7;
}

START_TEST(a_child_sees_what_its_parent_made)
{
    struct zg_socket seed = {.what = ZG_WHAT_TIMERS};
    struct zg_context *context = zg_contexts_add(0x6000, NULL, &actor, 0);
    struct zg_socket *open = make(0x5000);
    struct zg_socket *closed = make(0x5100);
    struct zg_socket *timers = zg_handles_add(&seed, &actor, 0x5200, 0);
    int status;
    pid_t pid;

    end(closed);
    zg_fork_init(NULL);
    timers->owned.in = 9; /* a thread that the child does not have is inside */
    zg_fork_prepare(42, actor.id);
    pid = fork();
    if (pid == 0)
        _exit(look_around(open, closed, timers, context));
    zg_fork_done();
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_eq(zg_fork_generation(), 0);
    ck_assert_uint_eq(open->life, ZG_LIFE_OPEN);
}
END_TEST

START_TEST(what_a_thread_of_the_parent_held_is_free_in_the_child)
{
    static struct zg_pool pool = ZG_POOL(struct zg_socket, 0);
    static struct zg_lock lock;
    void *record = zg_pool_get(&pool);
    int status;
    pid_t pid;

    zg_pool_put(&pool, record);
    ck_assert(!zg_lock_acquire_nested(&lock));
    ck_assert(!zg_lock_acquire_nested(&pool.lock));
    pid = fork(); /* as if another thread held them */
    if (pid == 0) {
        alarm(90);
        zg_lock_after_fork();
        if (!zg_lock_acquire_nested(&lock))
            _exit(1);
        zg_lock_release_nested(&lock);
        if (zg_lock_acquire_nested(&lock))
            _exit(2);
        _exit(zg_pool_get(&pool) == record ? 3 : 0); /* the list may be half-made */
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    zg_lock_release_nested(&pool.lock);
    ck_assert_ptr_eq(zg_pool_get(&pool), record);
}
END_TEST

START_TEST(a_gate_that_a_fork_found_occupied_is_lost)
{
    int status;
    pid_t pid;

    zg_fork_init(NULL);
    zg_fork_gate_close();
    zg_fork_gate_open();
    ck_assert(zg_fork_gate_enter());
    zg_fork_gate_close(); /* does not wait for ever */
    pid = fork();
    if (pid == 0) {
        uint64_t mask;

        _exit(zg_fork_is_new_child(0, &mask) && zg_fork_gate_is_lost() && !zg_fork_gate_enter()
                  ? 0
                  : 1);
    }
    zg_fork_gate_open();
    zg_fork_gate_leave();
    ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
    ck_assert(!zg_fork_gate_is_lost());
    ck_assert(zg_fork_gate_enter());
    zg_fork_gate_leave();
    /* A fork that finds nobody inside leaves the child its gate, and that open. */
    zg_fork_gate_close();
    pid = fork();
    if (pid == 0) {
        uint64_t mask;

        _exit(zg_fork_is_new_child(0, &mask) && !zg_fork_gate_is_lost() && zg_fork_gate_enter()
                  ? 0
                  : 1);
    }
    zg_fork_gate_open();
    ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("life");

    tcase_add_test(test, a_gate_that_a_fork_found_occupied_is_lost);
    tcase_add_test(test, every_state_of_an_object_with_every_event);
    tcase_add_test(test, every_state_of_a_context_with_every_event);
    tcase_add_test(test, a_child_has_lost_what_was_open);
    tcase_add_test(test, a_stale_handle_needs_an_unknown_birth_and_an_acquaintance);
    tcase_add_test(test, an_address_remembers_who_had_it_before);
    tcase_add_test(test, an_address_given_to_an_unknown_object_is_not_closed);
    tcase_add_test(test, closed_records_are_bounded);
    tcase_add_test(test, ended_contexts_are_bounded);
    tcase_add_test(test, a_context_that_came_meanwhile_is_not_ended_for_the_previous_one);
    tcase_add_test(test, a_child_sees_what_its_parent_made);
    tcase_add_test(test, what_a_thread_of_the_parent_held_is_free_in_the_child);
    return run_suite("life", test);
}
