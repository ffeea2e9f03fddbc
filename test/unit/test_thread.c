/* SPDX-License-Identifier: MPL-2.0 */
/* The registry of threads: a detached thread's record is given up once, whoever comes second, and
 * its slot serves another. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "host/thread.h"
#include "model/sync_table.h"
#include "unit/suite.h"

#define ROUNDS 1000

static uint32_t ending; /* atomic: the thread is about to end */

static void *live_shortly(void *t)
{
    zg_thread_begin(t);
    __atomic_store_n(&ending, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Detaches a thread while it ends, a little earlier or later each time. */
static void detach_one(unsigned delay)
{
    struct zg_thread *t = zg_thread_prepare(zg_thread_self(), 0, false);
    pthread_t thread;

    ck_assert_ptr_nonnull(t);
    __atomic_store_n(&ending, 0, __ATOMIC_RELEASE);
    ck_assert_int_eq(pthread_create(&thread, NULL, live_shortly, t), 0);
    zg_thread_created(t, (uint64_t)thread);
    while (__atomic_load_n(&ending, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    for (volatile unsigned i = 0; i < delay; i++)
        ;
    zg_thread_detached(t);
    ck_assert_int_eq(pthread_join(thread, NULL), 0); /* so that it is gone for the next look */
}

START_TEST(detached_records_are_given_up)
{
    uint32_t given, live;

    zg_thread_init();
    for (unsigned i = 0; i < ROUNDS; i++)
        detach_one(i % 500);
    zg_slots_counts(&given, &live);
    ck_assert_uint_eq(live, 1); /* this thread's */
}
END_TEST

/* Threads that have not ended are not given up by being detached. */
START_TEST(a_record_lives_as_long_as_its_thread)
{
    uint32_t given, before, live;
    struct zg_thread *t;

    zg_thread_init();
    zg_slots_counts(&given, &before);
    t = zg_thread_prepare(zg_thread_self(), 0, false);
    zg_thread_created(t, 1);
    zg_thread_detached(t);
    zg_slots_counts(&given, &live);
    ck_assert_uint_eq(live, before + 1);
    ck_assert_ptr_eq(zg_thread_by_id(t->actor.id, zg_epoch_slot(t->actor.epoch)), t);
}
END_TEST

#define MUTEX zg_sync_tag(0x5000, ZG_SYNC_MUTEX)

static zg_epoch use;                       /* by the main thread, before it released the mutex */
static uint32_t old_slot, had_it, knew_it; /* of the first thread; seen by the one that got it */

static void *hand_on(void *t)
{
    zg_thread_begin(t);
    (void)zg_sync_acquire_tag(&zg_thread_self()->actor, MUTEX);
    (void)zg_sync_release_tag(&zg_thread_self()->actor, MUTEX, ZG_SYNC_EXCLUSIVE);
    old_slot = zg_epoch_slot(zg_thread_self()->actor.epoch);
    return NULL;
}

static void *take_over(void *t)
{
    struct zg_actor *a;

    zg_thread_begin(t);
    a = &zg_thread_self()->actor;
    if (zg_epoch_slot(a->epoch) == old_slot) {
        had_it = 1;
        (void)zg_sync_acquire_tag(a, MUTEX);
        knew_it = zg_actor_knows(a, use);
    }
    return NULL;
}

/* creator: one that knows nothing of the use. */
static void run_one(struct zg_thread *creator, void *(*body)(void *))
{
    struct zg_thread *t = zg_thread_prepare(creator, 0, false);
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, body, t), 0);
    zg_thread_created(t, (uint64_t)thread);
    zg_thread_detached(t);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

/* What the thread that had the slot before has released is new to the one that gets it. */
START_TEST(a_slots_next_thread_learns_what_the_last_one_released)
{
    struct zg_thread *stranger;

    zg_thread_init();
    stranger = zg_thread_prepare(zg_thread_self(), 0, false);
    use = zg_thread_self()->actor.epoch;
    (void)zg_sync_release_tag(&zg_thread_self()->actor, MUTEX, ZG_SYNC_EXCLUSIVE);
    run_one(stranger, hand_on);
    for (int i = 0; i < ROUNDS && had_it == 0; i++)
        run_one(stranger, take_over);
    ck_assert_uint_eq(had_it, 1);
    ck_assert_uint_eq(knew_it, 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("thread");

    tcase_add_test(t, detached_records_are_given_up);
    tcase_add_test(t, a_record_lives_as_long_as_its_thread);
    tcase_add_test(t, a_slots_next_thread_learns_what_the_last_one_released);
    return run_suite("thread", t);
}
