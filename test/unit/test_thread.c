/* SPDX-License-Identifier: MPL-2.0 */
/* The registry of threads: a detached thread's record is given up once, whoever comes second. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "host/thread.h"
#include "model/clock.h"
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

int main(void)
{
    TCase *t = tcase_create("thread");

    tcase_add_test(t, detached_records_are_given_up);
    tcase_add_test(t, a_record_lives_as_long_as_its_thread);
    return run_suite("thread", t);
}
