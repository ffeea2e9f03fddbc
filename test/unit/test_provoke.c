/* SPDX-License-Identifier: MPL-2.0 */
/* Pairs of places when two calls come to a new one at once, with a file of an earlier run that is
 * the test's own: zg_learnt_pair() lets the second one come while it answers the first. */
#include <stdlib.h>

#include "host/guard.h"
#include "model/socket.h"
#include "track/call.h"
#include "track/provoke.h"
#include "unit/suite.h"

void zg_start_slow(void)
{
    abort();
}

void zg_start_tracking_slow(void)
{
    abort();
}

static struct zg_socket sockets[2];
static struct zg_pair kept = {.is_learnt = true};
static struct zg_pair *known; /* what the file has for every two places */
static int asked;
static int seen;

static void suspect(struct zg_socket *s)
{
    static struct zg_thread thread;
    struct zg_call call = {.thread = &thread, .stack = 2, .op = ZG_OP_zmq_send};
    struct zg_prior prior = {.calls = 1};

    zg_provoke_suspect(&call, s, &prior, "read");
}

bool zg_learnt_any;

struct zg_pair *zg_learnt_pair(zg_stack_id a, zg_stack_id b)
{
    (void)a;
    (void)b;
    if (asked++ == 0)
        suspect(&sockets[1]);
    return known;
}

struct zg_pair *zg_learnt_place_slow(zg_stack_id place)
{
    (void)place;
    return NULL;
}

void zg_learnt_load(void)
{
}

void zg_learnt_save(bool rarely)
{
    (void)rarely;
}

void zg_learnt_each(void (*visit)(struct zg_pair *pair, void *arg), void *arg)
{
    visit(&kept, arg);
}

void zg_learnt_collect(struct zg_summary *summary)
{
    summary->learnt = 1;
}

static void note(struct zg_pair *pair, void *arg)
{
    seen++;
    ck_assert_ptr_eq(pair->used, arg != NULL ? arg : pair);
    ck_assert_uint_eq(pair->times, arg != NULL ? 0 : 2);
}

START_TEST(both_get_what_was_learnt)
{
    known = &kept;
    suspect(&sockets[0]);
    ck_assert_ptr_eq(sockets[0].pair, &kept);
    ck_assert_ptr_eq(sockets[1].pair, &kept);
    ck_assert_uint_eq(kept.times, 2);
    zg_provoke_each(note, &kept);
    ck_assert_int_eq(seen, 1);
}
END_TEST

START_TEST(both_get_the_same_new_one)
{
    suspect(&sockets[0]);
    ck_assert_ptr_nonnull(sockets[0].pair);
    ck_assert_ptr_eq(sockets[1].pair, sockets[0].pair);
    zg_provoke_each(note, NULL);
    ck_assert_int_eq(seen, 1);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tests");

    tcase_add_test(tests, both_get_what_was_learnt);
    tcase_add_test(tests, both_get_the_same_new_one);
    return run_suite("provoke", tests);
}
