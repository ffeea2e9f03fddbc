/* SPDX-License-Identifier: MPL-2.0 */
/* Messages as synchronisation. Runs under ThreadSanitizer too (test/life/tsan.sh). */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/fence.h"
#include "model/inproc.h"
#include "unit/suite.h"

static uint32_t last_id;
static struct zg_context context = {.number = 1}, other_context = {.number = 2};

static struct zg_actor *new_actor(void)
{
    struct zg_actor *a = calloc(1, sizeof(*a));

    zg_actor_start(a, __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED));
    return a;
}

static struct zg_socket *bound(const char *name)
{
    struct zg_socket *s = calloc(1, sizeof(*s));

    zg_inproc_bound(&context, s, name);
    return s;
}

static struct zg_socket *connected(const char *name)
{
    struct zg_socket *s = calloc(1, sizeof(*s));

    zg_inproc_connected(&context, s, name);
    return s;
}

/* Something else that the actor uses: what a message then orders. */
static zg_epoch work(struct zg_actor *a)
{
    zg_actor_advance(a);
    return a->epoch;
}

static void send(struct zg_actor *a, struct zg_socket *s)
{
    zg_actor_advance(a);
    zg_inproc_before_send(a, s);
}

static void recv(struct zg_actor *a, struct zg_socket *s)
{
    zg_actor_advance(a);
    zg_inproc_resume(a, s);
    if (!s->owned.quiet) /* as hook/message.c does it */
        (void)zg_inproc_after_recv(a, s, 0);
}

/* A thread has both ends to itself, until something else is sent into the endpoint. */
static void make_quiet(struct zg_actor *a, struct zg_socket *x, struct zg_socket *y)
{
    for (int i = 0; i < 2; i++) {
        send(a, x);
        recv(a, y);
    }
    ck_assert(y->owned.quiet);
}

START_TEST(a_quiet_socket_hears_of_another_sender)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("quiet"), *y = connected("quiet"), *z;
    zg_epoch e;

    make_quiet(a, x, y);
    e = work(b);
    send(b, x); /* it was handed over */
    recv(a, y);
    ck_assert(zg_actor_knows(a, e));
    make_quiet(a, x, y);
    e = work(b);
    zg_inproc_send_outside(b, x);
    recv(a, y);
    ck_assert(zg_actor_knows(a, e));
    z = bound("quiet");
    e = work(b);
    send(b, z);
    recv(a, y);
    ck_assert(zg_actor_knows(a, e));
}
END_TEST

START_TEST(a_quiet_socket_hears_of_another_socket_on_the_same_side)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("side"), *y = connected("side"), *z;
    zg_epoch e = work(b);

    make_quiet(a, x, y);
    z = bound("side");
    send(b, z);
    recv(a, y);
    ck_assert(zg_actor_knows(a, e));
}
END_TEST

START_TEST(a_quiet_socket_hears_what_comes_through_a_proxy)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("front"), *y = connected("front"), *z = bound("back");
    zg_epoch e = work(b);

    make_quiet(a, x, y);
    zg_inproc_proxied((struct zg_socket *const[]){x, z}, 2);
    send(b, z);
    recv(a, y);
    ck_assert(zg_actor_knows(a, e));
}
END_TEST

START_TEST(another_receiver_does_not_go_by_who_made_it_quiet)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("moved"), *y = connected("moved");
    zg_epoch e;

    make_quiet(a, x, y);
    e = work(a);
    send(a, x);
    recv(b, y);
    ck_assert(zg_actor_knows(b, e));
}
END_TEST

START_TEST(a_second_receiver_on_a_side_is_never_quiet)
{
    struct zg_actor *a = new_actor();
    struct zg_socket *x = bound("second"), *y = connected("second"), *z = connected("second");

    make_quiet(a, x, y);
    send(a, x);
    recv(a, z);
    send(a, x);
    recv(a, z);
    ck_assert(!z->owned.quiet); /* nobody would tell it of another sender */
}
END_TEST

#define STEADY 5
START_TEST(who_learns_has_no_steady_hint)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("learns"), *y = connected("learns");
    uint64_t words[STEADY] = {0}, *list[STEADY], *other[STEADY];

    ck_assert(!zg_actor_add_steady(a, &words[0])); /* no room */
    zg_actor_steady_room(a, list, STEADY);
    for (int i = 0; i < STEADY; i++)
        ck_assert(zg_actor_add_steady(a, &words[i]));
    send(a, x);
    ck_assert(zg_inproc_is_steady(a, x));
    send(a, x); /* nothing in between */
    ck_assert(!zg_inproc_is_steady(a, x));
    ck_assert_uint_eq(words[0], 0);
    (void)work(b);
    send(b, y);
    recv(a, x);
    for (int i = 0; i < STEADY; i++)
        ck_assert_uint_eq(words[i], ZG_HINT_MORE);
    send(a, x);
    ck_assert(zg_inproc_is_steady(a, x));

    words[0] = words[1] = 0;
    ck_assert(zg_actor_add_steady(a, &words[0]));
    zg_actor_steady_room(a, other, 1); /* elsewhere: the old list is not looked at any more */
    ck_assert_uint_eq(words[0], ZG_HINT_MORE);
    words[0] = 0;
    ck_assert(zg_actor_add_steady(a, &words[0]));
    ck_assert(zg_actor_add_steady(a, &words[1])); /* has to make room */
    ck_assert_uint_eq(words[0], ZG_HINT_MORE);
    ck_assert_uint_eq(words[1], 0);
    other[0] = NULL; /* as a fork leaves it */
    zg_actor_unsteady(a);
    ck_assert_uint_eq(words[1], 0);
}
END_TEST

START_TEST(orders_both_ways)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("both"), *y = connected("both");
    zg_epoch e;

    for (int i = 0; i < 3; i++) {
        e = work(a);
        ck_assert(!zg_actor_knows(b, e));
        send(a, x);
        ck_assert(!zg_actor_knows(b, e));
        recv(b, y);
        ck_assert(zg_actor_knows(b, e));
        e = work(b);
        send(b, y);
        recv(a, x);
        ck_assert(zg_actor_knows(a, e));
    }
}
END_TEST

START_TEST(orders_nothing_across_names_sides_or_contexts)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = connected("one"), *same_side = connected("one"), *y = bound("two"),
                     z = {0};
    zg_epoch e = work(a);

    zg_inproc_bound(&other_context, &z, "one");
    send(a, x);
    recv(b, same_side);
    recv(b, y);
    recv(b, &z);
    ck_assert(!zg_actor_knows(b, e));
}
END_TEST

START_TEST(a_stream_publishes_once)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("stream"), *y = connected("stream");
    zg_epoch e = work(a), after;

    send(a, x);
    after = x->inproc->epoch;
    for (int i = 0; i < 100; i++)
        send(a, x);
    ck_assert_uint_eq(x->inproc->epoch, after);
    recv(b, y);
    ck_assert(zg_actor_knows(b, e));
    /* What it learns is version again. */
    e = work(b);
    send(b, y);
    recv(a, x);
    send(a, x);
    ck_assert_uint_gt(x->inproc->epoch, after);
}
END_TEST

START_TEST(what_one_thread_has_heard_is_new_to_another)
{
    struct zg_actor *a = new_actor(), *b = new_actor(), *c = new_actor();
    struct zg_socket *x = bound("heard"), *y = connected("heard");
    zg_epoch e = work(a);

    for (int i = 0; i < 3; i++) { /* the first one publishes */
        send(a, x);
        recv(b, y);
    }
    ck_assert_uint_eq(y->inproc->hearer, b->id);
    for (int i = 0; i < 3; i++) {
        send(a, x);
        recv(c, y);
        ck_assert(zg_actor_knows(c, e));
    }
    ck_assert_uint_eq(y->inproc->hearer, c->id);
    e = work(a);
    send(a, x);
    recv(c, y);
    ck_assert(zg_actor_knows(c, e));
}
END_TEST

/* zg_inproc_has_sent() is asked for the last send, not for one whose epoch went another way. */
START_TEST(knows_the_last_send_by_its_own_release)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("last send"), *y = connected("last send");
    struct zg_prior prior = {.use = ZG_USE_SENT};
    struct zg_sync lock = {.tag = zg_sync_tag(1, ZG_SYNC_MUTEX)};

    send(a, x);
    (void)zg_sync_release(a, &lock, zg_sync_tag(1, ZG_SYNC_MUTEX), ZG_SYNC_SHARED);
    (void)zg_sync_acquire(b, &lock, zg_sync_tag(1, ZG_SYNC_MUTEX));
    ck_assert(zg_inproc_has_sent(b, x, &prior));
    send(a, x); /* nothing was used in between, but a release is new */
    ck_assert(!zg_inproc_has_sent(b, x, &prior));
    recv(b, y);
    ck_assert(zg_inproc_has_sent(b, x, &prior));
    send(a, x); /* like the one before, for all that anybody can know */
    ck_assert(zg_inproc_has_sent(b, x, &prior));
    zg_inproc_taken_over(x); /* somebody else was here */
    send(a, x);
    ck_assert(!zg_inproc_has_sent(b, x, &prior));
}
END_TEST

START_TEST(a_new_end_gets_what_others_have_got)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = bound("old end"), *y = bound("new end");
    zg_epoch e = work(a);

    send(a, x);
    zg_inproc_connected(&context, x, "new end");
    send(a, x); /* nothing is new but the end */
    recv(b, y);
    ck_assert(zg_actor_knows(b, e));
}
END_TEST

START_TEST(orders_after_all_of_many_peers)
{
    enum { PEERS = 1000 };
    static struct zg_actor *peers[PEERS];
    static zg_epoch epochs[PEERS];
    struct zg_actor *hub = new_actor();
    struct zg_socket *router = bound("hub");

    for (int i = 0; i < PEERS; i++) {
        struct zg_socket *s = connected("hub");

        peers[i] = new_actor();
        epochs[i] = work(peers[i]);
        send(peers[i], s);
    }
    recv(hub, router);
    for (int i = 0; i < PEERS; i++)
        ck_assert(zg_actor_knows(hub, epochs[i]));
}
END_TEST

START_TEST(orders_by_way_of_a_proxy)
{
    struct zg_actor *a = new_actor(), *b = new_actor(), *c = new_actor();
    struct zg_socket *front = bound("front"), *back = bound("back"), *far = bound("far");
    struct zg_socket *x = connected("front"), *y = connected("back"), *z = connected("far");
    zg_epoch early = work(a), e;

    send(a, x);
    zg_inproc_proxied((struct zg_socket *const[]){front, back, NULL}, 3);
    recv(b, y);
    ck_assert(zg_actor_knows(b, early)); /* sent before the proxy ran */
    e = work(b);
    send(b, y);
    recv(a, x);
    ck_assert(zg_actor_knows(a, e));
    /* A second proxy behind it. */
    e = work(a);
    send(a, x);
    zg_inproc_proxied((struct zg_socket *const[]){back, far}, 2);
    recv(c, z);
    ck_assert(zg_actor_knows(c, e));
    e = work(a);
    send(a, x);
    recv(c, z);
    ck_assert(zg_actor_knows(c, e));
}
END_TEST

START_TEST(a_socket_may_have_many_ends)
{
    enum { ENDS = 20 };
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *hub = calloc(1, sizeof(*hub)), *peers[ENDS];
    char name[16];
    zg_epoch e;

    for (int i = 0; i < ENDS; i++) {
        (void)snprintf(name, sizeof(name), "end-%d", i);
        peers[i] = connected(name);
        zg_inproc_bound(&context, hub, name);
    }
    for (int i = 0; i < ENDS; i++) {
        e = work(a);
        send(a, hub);
        recv(b, peers[i]);
        ck_assert(zg_actor_knows(b, e));
        e = work(b);
        send(b, peers[i]);
        recv(a, hub);
        ck_assert(zg_actor_knows(a, e));
    }
}
END_TEST

/* The message may be read when its sender is closed, and its name was given up meanwhile. */
START_TEST(a_message_outlives_its_sender)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    struct zg_socket *x = connected("late");
    zg_epoch e = work(a);
    char name[16];

    send(a, x);
    zg_inproc_detached(x);
    for (int i = 0; i < 20000; i++) {
        struct zg_socket *s;

        (void)snprintf(name, sizeof(name), "name-%d", i);
        s = bound(name);
        zg_inproc_detached(s);
        free(s);
    }
    ck_assert_uint_lt(zg_inproc_names(), 1000);
    recv(b, bound("late"));
    ck_assert(zg_actor_knows(b, e));
}
END_TEST

START_TEST(names_beyond_the_limit_are_one)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    char name[16];
    zg_epoch e = work(a);

    for (int i = 0; i < 9000; i++) {
        (void)snprintf(name, sizeof(name), "many-%d", i);
        (void)connected(name);
    }
    send(a, connected("last"));
    recv(b, bound("last"));
    ck_assert(zg_actor_knows(b, e));
}
END_TEST

START_TEST(a_name_stays_common_when_others_have_gone)
{
    struct zg_actor *a = new_actor(), *b = new_actor(), *c = new_actor(), *d = new_actor();
    struct zg_socket *some[9000];
    struct zg_socket *gone, *last;
    char name[16];
    zg_epoch early = work(d), e;

    /* Given up among the idle ones, with a message on its way. */
    gone = connected("early");
    send(d, gone);
    zg_inproc_detached(gone);
    for (int i = 0; i < 9000; i++) {
        (void)snprintf(name, sizeof(name), "some-%d", i);
        some[i] = connected(name);
    }
    last = connected("last");
    for (int i = 0; i < 9000; i++)
        zg_inproc_detached(some[i]);
    e = work(a);
    send(a, last);
    recv(b, bound("last"));
    ck_assert(zg_actor_knows(b, e));
    recv(c, bound("early"));
    ck_assert(zg_actor_knows(c, early));
    ck_assert(!zg_inproc_is_incomplete());
}
END_TEST

START_TEST(says_when_memory_is_exhausted)
{
    while (zg_arena_alloc(4096) != NULL)
        ;
    while (zg_arena_alloc(16) != NULL)
        ;
    (void)bound("none");
    ck_assert(zg_inproc_is_incomplete());
}
END_TEST

/* Senders in threads while a proxy joins their names: the receiver misses nothing. */
#define SENDERS 3
#ifdef ITERATIONS
#define MESSAGES (ITERATIONS / 10)
#else
#define MESSAGES 5000
#endif
static zg_epoch sent[SENDERS]; /* atomic */
static int joined;             /* atomic */

static void *stream(void *number)
{
    struct zg_actor *a = new_actor();
    struct zg_socket *s = connected("threads");
    long me = (long)number;

    for (int i = 0; i < MESSAGES; i++) {
        zg_epoch e = work(a);

        send(a, s);
        __atomic_store_n(&sent[me], e, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void *join(void *unused)
{
    struct zg_socket *front = bound("threads"), *back = bound("out");

    while (__atomic_load_n(&sent[0], __ATOMIC_ACQUIRE) == 0)
        ;
    zg_inproc_proxied((struct zg_socket *const[]){front, back}, 2);
    __atomic_store_n(&joined, 1, __ATOMIC_RELEASE);
    return unused;
}

START_TEST(misses_nothing_while_names_are_joined)
{
    struct zg_actor *a = new_actor();
    struct zg_socket *out = connected("out");
    pthread_t threads[SENDERS + 1];
    zg_epoch seen[SENDERS];

    for (long i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, stream, (void *)i), 0);
    ck_assert_int_eq(pthread_create(&threads[SENDERS], NULL, join, NULL), 0);
    while (!__atomic_load_n(&joined, __ATOMIC_ACQUIRE))
        ;
    for (int n = 0; n < MESSAGES; n++) {
        for (int i = 0; i < SENDERS; i++)
            seen[i] = __atomic_load_n(&sent[i], __ATOMIC_ACQUIRE);
        recv(a, out);
        for (int i = 0; i < SENDERS; i++)
            ck_assert(zg_actor_knows(a, seen[i]));
    }
    for (int i = 0; i <= SENDERS; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("inproc");

    zg_fence_init();
    tcase_add_test(tc, orders_both_ways);
    tcase_add_test(tc, orders_nothing_across_names_sides_or_contexts);
    tcase_add_test(tc, a_stream_publishes_once);
    tcase_add_test(tc, what_one_thread_has_heard_is_new_to_another);
    tcase_add_test(tc, knows_the_last_send_by_its_own_release);
    tcase_add_test(tc, a_new_end_gets_what_others_have_got);
    tcase_add_test(tc, orders_after_all_of_many_peers);
    tcase_add_test(tc, a_quiet_socket_hears_of_another_sender);
    tcase_add_test(tc, a_quiet_socket_hears_of_another_socket_on_the_same_side);
    tcase_add_test(tc, a_quiet_socket_hears_what_comes_through_a_proxy);
    tcase_add_test(tc, another_receiver_does_not_go_by_who_made_it_quiet);
    tcase_add_test(tc, a_second_receiver_on_a_side_is_never_quiet);
    tcase_add_test(tc, who_learns_has_no_steady_hint);
    tcase_add_test(tc, orders_by_way_of_a_proxy);
    tcase_add_test(tc, a_socket_may_have_many_ends);
    tcase_add_test(tc, a_message_outlives_its_sender);
    tcase_add_test(tc, names_beyond_the_limit_are_one);
    tcase_add_test(tc, a_name_stays_common_when_others_have_gone);
    tcase_add_test(tc, says_when_memory_is_exhausted);
    tcase_add_test(tc, misses_nothing_while_names_are_joined);
    return run_suite("inproc", tc);
}
