/* SPDX-License-Identifier: MPL-2.0 */
/* Synchronisation objects and inproc endpoints under real threads: no edge may get lost. Runs under
 * ThreadSanitizer too (test/life/tsan.sh), where ITERATIONS is smaller. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fence.h"
#include "base/str.h"
#include "base/sys.h"
#include "model/inproc.h"
#include "model/sync.h"
#include "model/sync_table.h"
#include "model/sync_text.h"
#include "unit/suite.h"

#ifndef ITERATIONS
#define ITERATIONS 100000
#endif
#define THREADS 4

static uint32_t last_id;
static int rounds = ITERATIONS;

static struct zg_actor *new_actor(void)
{
    struct zg_actor *a = calloc(1, sizeof(*a));

    zg_actor_start(a, __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED));
    return a;
}

static void must_know(const struct zg_actor *a, zg_epoch e)
{
    if (zg_actor_knows(a, e))
        return;
    fprintf(stderr, "T%u does not know %lx\n", a->id, (unsigned long)e);
    abort();
}

static void run_threads(void *(*run)(void *))
{
    pthread_t threads[THREADS];

    for (long i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Locks that are real, with a "socket" each that is used under them. */
#define LOCKS 64
static struct {
    pthread_mutex_t mutex;
    zg_epoch used; /* guarded by mutex */
} locks[LOCKS];

static void *lock_and_use(void *number)
{
    struct zg_actor *a = new_actor();
    unsigned seed = (unsigned)(long)number + 1;

    for (int i = 0; i < rounds; i++) {
        unsigned k = (unsigned)rand_r(&seed) % LOCKS;
        uint64_t tag = zg_sync_tag((uintptr_t)&locks[k], ZG_SYNC_MUTEX);

        pthread_mutex_lock(&locks[k].mutex);
        zg_sync_acquire_tag(a, tag);
        must_know(a, locks[k].used);
        locks[k].used = a->epoch;
        zg_sync_release_tag(a, tag, ZG_SYNC_EXCLUSIVE);
        pthread_mutex_unlock(&locks[k].mutex);
    }
    zg_actor_end(a);
    return NULL;
}

/* Two destroy a lock and begin it anew, again and again, and two take names of empty ones away. */
static void *live_and_die(void *number)
{
    uint64_t tag = zg_sync_tag((uintptr_t)&locks[0], ZG_SYNC_MUTEX);
    struct zg_actor *a = new_actor();

    for (int i = 0; i < rounds && (long)number < 2; i++) {
        struct zg_sync *s = NULL;

        pthread_mutex_lock(&locks[0].mutex);
        for (int k = 0; k < 3; k++) {
            zg_sync_acquire_tag(a, tag);
            must_know(a, locks[0].used);
            locks[0].used = a->epoch;
            s = zg_sync_release_tag(a, tag, ZG_SYNC_EXCLUSIVE);
        }
        if (i % 4 != 0) {
            locks[0].used = 0;
            if (s == NULL || !zg_sync_empty(a, s, tag))
                zg_sync_forget(tag);
        }
        pthread_mutex_unlock(&locks[0].mutex);
    }
    for (int i = 0; i < 10 * rounds && (long)number >= 2; i++)
        zg_sync_forget_empty(tag);
    zg_actor_end(a);
    return NULL;
}

static void init_locks(void)
{
    for (int i = 0; i < LOCKS; i++) {
        locks[i].used = 0;
        pthread_mutex_init(&locks[i].mutex, NULL);
    }
}

START_TEST(locks_lose_no_edge)
{
    init_locks();
    run_threads(lock_and_use);
}
END_TEST

START_TEST(lives_of_locks_lose_no_edge)
{
    init_locks();
    run_threads(live_and_die);
}
END_TEST

START_TEST(lives_of_locks_lose_no_edge_when_objects_run_out)
{
    init_locks();
    zg_sync_set_limit(2);
    run_threads(live_and_die);
}
END_TEST

START_TEST(locks_lose_no_edge_when_objects_run_out)
{
    init_locks();
    zg_sync_set_limit(16);
    run_threads(lock_and_use);
}
END_TEST

START_TEST(locks_lose_no_edge_when_snapshots_run_out)
{
    init_locks();
    rounds = ITERATIONS / 20;
    zg_vc_set_ceiling(1);
    run_threads(lock_and_use);
}
END_TEST

/* All release into a few objects at the same moment; what somebody has published before an acquire
 * begins must be known after it. */
#define SHARED 3
static struct {
    zg_epoch epoch; /* atomic: of the publisher's last complete release */
} published[THREADS][SHARED] ZG_ALIGNED_LINE;

static void *release_and_acquire(void *number)
{
    struct zg_actor *a = new_actor();
    long me = (long)number;
    unsigned seed = (unsigned)me + 1;
    zg_epoch seen[THREADS];

    for (int i = 0; i < rounds; i++) {
        unsigned k = (unsigned)rand_r(&seed) % SHARED;
        uint64_t tag = zg_sync_tag(0x1000 + k * 64, ZG_SYNC_SEM);

        if (rand_r(&seed) % 4 != 0) {
            zg_epoch now = a->epoch;

            zg_sync_release_tag(a, tag, ZG_SYNC_SHARED);
            __atomic_store_n(&published[me][k].epoch, now, __ATOMIC_RELEASE);
            continue;
        }
        for (int t = 0; t < THREADS; t++)
            seen[t] = __atomic_load_n(&published[t][k].epoch, __ATOMIC_ACQUIRE);
        zg_sync_acquire_tag(a, tag);
        for (int t = 0; t < THREADS; t++)
            must_know(a, seen[t]);
    }
    return NULL; /* no end: others compare with its epochs */
}

START_TEST(releases_at_the_same_moment_all_count)
{
    run_threads(release_and_acquire);
}
END_TEST

START_TEST(releases_at_the_same_moment_all_count_in_the_overflow)
{
    rounds = ITERATIONS / 20; /* each with all of 4096 slots */
    zg_sync_set_limit(1);
    zg_vc_set_ceiling(1);
    run_threads(release_and_acquire);
}
END_TEST

/* Short-lived threads and mutexes at ever new addresses: memory stays where it is. */
START_TEST(neither_threads_nor_objects_grow_without_end)
{
    struct zg_actor *main_actor = new_actor();
    uint32_t given, live, objects;

    for (uintptr_t i = 0; i < 2 * ITERATIONS; i++) {
        uint64_t tag = zg_sync_tag(0x100000 + i * 40, ZG_SYNC_MUTEX);

        zg_sync_acquire_tag(main_actor, tag);
        zg_sync_release_tag(main_actor, tag, ZG_SYNC_EXCLUSIVE);
        if (i % 50 == 0) {
            struct zg_actor *child = new_actor();

            zg_actor_inherit(child, main_actor);
            zg_sync_acquire_tag(child, tag);
            must_know(child, main_actor->epoch - 1);
            zg_sync_release_tag(child, tag, ZG_SYNC_EXCLUSIVE);
            zg_actor_join(main_actor, child);
            zg_actor_end(child);
        }
    }
    zg_slots_counts(&given, &live);
    ck_assert_uint_lt(given, 200); /* of 4,000 */
    ck_assert_uint_lt(zg_sync_memory(&objects), (size_t)16 << 20);
    ck_assert_uint_le(objects, ZG_SYNC_OBJECTS);
}
END_TEST

/* A thread that learns twice and releases after each, and has a snapshot to spare then. */
static void learn_twice(struct zg_actor *a, struct zg_actor *from)
{
    uint64_t common = zg_sync_tag(0x1000, ZG_SYNC_MUTEX), own = zg_sync_tag(0x2000, ZG_SYNC_MUTEX);

    zg_sync_forget(own);
    for (int i = 0; i < 2; i++) {
        zg_sync_release_tag(from, common, ZG_SYNC_EXCLUSIVE);
        zg_sync_acquire_tag(a, common);
        must_know(a, from->epoch - 1);
        zg_sync_release_tag(a, own, ZG_SYNC_EXCLUSIVE);
    }
    ck_assert_ptr_nonnull(a->spare);
}

/* Its next one is that, and when it has ended, others' are. */
START_TEST(a_spare_snapshot_is_used_again)
{
    struct zg_actor *from = new_actor(), *a = new_actor();
    size_t made[2], unused;
    const struct zg_vc *spare;

    learn_twice(a, from);
    spare = a->spare;
    zg_sync_release_tag(from, zg_sync_tag(0x1000, ZG_SYNC_MUTEX), ZG_SYNC_EXCLUSIVE);
    zg_sync_acquire_tag(a, zg_sync_tag(0x1000, ZG_SYNC_MUTEX));
    ck_assert_ptr_eq(a->vc, spare);
    ck_assert_ptr_null(a->spare);
    must_know(a, from->epoch - 1);
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 1000; i++) {
            a = new_actor();
            learn_twice(a, from);
            zg_actor_end(a);
        }
        zg_vc_memory(&made[half], &unused);
    }
    ck_assert_uint_eq(made[0], made[1]);
}
END_TEST

/* Threads beyond the table share a slot: an object that such a one has released last must not look
 * like another's own (zg_sync_is_known(), zg_edge_acquire_own()). */
START_TEST(no_object_names_a_slot_that_threads_share)
{
    static struct zg_actor others[ZG_SLOT_MAX];
    struct zg_actor *known = new_actor(), *a = &others[ZG_SLOT_MAX - 2], *b = a + 1;
    uint64_t tag = zg_sync_tag(0x2000, ZG_SYNC_MUTEX);

    for (uint32_t i = 0; i < ZG_SLOT_MAX; i++)
        zg_actor_start(&others[i], 1000 + i);
    ck_assert_uint_eq(zg_epoch_slot(a->epoch), ZG_SLOT_SHARED);
    (void)zg_sync_empty(known, zg_sync_release_tag(known, tag, ZG_SYNC_SHARED), tag);
    ck_assert_uint_eq(zg_epoch_slot(zg_sync_release_tag(a - 1, tag, ZG_SYNC_SHARED)->last),
                      ZG_SLOT_MERGED); /* both know nothing */
    for (int state = 0; state < 6; state++) {
        enum zg_sync_mode mode = state % 2 == 0 ? ZG_SYNC_EXCLUSIVE : ZG_SYNC_SHARED;
        struct zg_sync *s;

        zg_sync_forget(tag);
        s = state < 2 ? NULL : zg_sync_release_tag(known, tag, mode);
        if (state >= 4)
            ck_assert(zg_sync_empty(known, s, tag));
        zg_sync_release_tag(known, zg_sync_tag(0x1000, ZG_SYNC_MUTEX), ZG_SYNC_EXCLUSIVE);
        zg_sync_acquire_tag(a, zg_sync_tag(0x1000, ZG_SYNC_MUTEX));
        for (int i = 0; i < 2; i++) {
            s = zg_sync_release_tag(a, tag, mode);
            ck_assert_uint_eq(zg_epoch_slot(s->last), ZG_SLOT_MERGED);
        }
        zg_sync_acquire_tag(b, tag);
        must_know(b, known->epoch - 1);
    }
}
END_TEST

/* What a report says. */
START_TEST(says_what_was_acquired_and_when)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    uint64_t tag = zg_sync_tag(0x7fffdeadbe00, ZG_SYNC_COND);
    struct zg_acquire acquire;
    zg_epoch use = a->epoch;
    ZG_BUF(text, 128);

    zg_sync_describe(&text, &b->acquired, zg_sys_now());
    ck_assert_str_eq(text.text, "none");
    ck_assert(!zg_actor_acquire_of(b, use, &acquire));
    zg_sync_release_tag(a, tag, ZG_SYNC_SHARED);
    zg_sync_acquire_tag(b, tag);
    ck_assert(zg_actor_acquire_of(b, use, &acquire));
    text = zg_buf_on(text.text, 128);
    zg_sync_describe(&text, &acquire.note, acquire.note.time + 98000000);
    ck_assert_str_eq(text.text, "condition variable 0x7fffdeadbe00 98 ms before");
    zg_sync_release_tag(a, tag, ZG_SYNC_SHARED);
    text = zg_buf_on(text.text, 128);
    zg_sync_describe(&text, &a->released, a->released.time + 20000);
    ck_assert(zg_str_starts(text.text, "condition variable 0x7fffdeadbe00 at most 20 us before"));
    text = zg_buf_on(text.text, 128);
    zg_sync_describe(&text, &(struct zg_sync_note){.what = 0x7fffdeadbe40}, 0);
    ck_assert_str_eq(text.text, "mutex 0x7fffdeadbe40");
}
END_TEST

static uint64_t fine, coarse;

static int clock_at(clockid_t clock, struct timespec *ts)
{
    *ts = (struct timespec){.tv_nsec = (long)(clock == CLOCK_MONOTONIC_COARSE ? coarse : fine)};
    return 0;
}

static const struct zg_sync_note *learn_at(struct zg_actor *a, struct zg_actor *from, uint64_t now)
{
    uint64_t tag = zg_sync_tag(0x2000, ZG_SYNC_SEM);

    fine = now;
    zg_sync_release_tag(from, tag, ZG_SYNC_SHARED);
    zg_sync_acquire_tag(a, tag);
    return &a->acquires[(a->acquire_count - 1) % ZG_ACQUIRES].note;
}

START_TEST(the_first_acquire_of_a_tick_takes_the_time)
{
    struct zg_actor *a = new_actor(), *b = new_actor();
    const struct zg_sync_note *note;

    zg_sys_clock = clock_at;
    coarse = 4000000;
    for (uint64_t i = 0; i <= 16; i++) {
        note = learn_at(a, b, 4000084 + i);
        ck_assert((note->what & ZG_NOTE_TIMED) != 0);
    }
    ck_assert((note->what & ZG_NOTE_TIMED) != 0);
    ck_assert_uint_eq(note->time, 4000100);
    note = learn_at(a, b, 4000200);
    ck_assert((note->what & ZG_NOTE_TIMED) == 0);
    ck_assert_uint_eq(note->time, 4000100);
    coarse = 8000000;
    note = learn_at(a, b, 8000300);
    ck_assert((note->what & ZG_NOTE_TIMED) != 0);
    ck_assert_uint_eq(note->time, 8000300);
    /* A clock that stands still. */
    for (uint64_t i = 1; i <= 16; i++)
        note = learn_at(a, b, 9000000 + i);
    ck_assert_uint_gt(a->acquired.time, 9000000);
}
END_TEST

/* Two that packed, who had learnt from another each; and one that packed twice. */
START_TEST(a_parcel_holds_all_that_its_packers_knew)
{
    struct zg_actor *a = new_actor(), *b = new_actor(), *c = new_actor(), *d = new_actor();
    struct zg_actor *other = new_actor();
    uint64_t tag = zg_sync_tag(0x1000, ZG_SYNC_FREE);
    uint64_t locks_tag[2] = {zg_sync_tag(0x2000, ZG_SYNC_MUTEX),
                             zg_sync_tag(0x3000, ZG_SYNC_MUTEX)};
    zg_epoch of_a = a->epoch, of_b = b->epoch, of_c = c->epoch, of_other = other->epoch;
    struct zg_parcel parcel = {.epoch = 0};

    zg_sync_release_tag(a, locks_tag[0], ZG_SYNC_EXCLUSIVE);
    zg_sync_acquire_tag(b, locks_tag[0]);
    zg_sync_release_tag(other, locks_tag[1], ZG_SYNC_EXCLUSIVE);
    zg_sync_acquire_tag(c, locks_tag[1]);
    zg_actor_pack(b, &parcel, tag);
    zg_actor_pack(c, &parcel, tag);
    zg_actor_unpack(d, &parcel, tag);
    must_know(d, of_a);
    must_know(d, of_b);
    must_know(d, of_c);
    must_know(d, of_other);
    ck_assert(!zg_actor_knows(d, b->epoch) && !zg_actor_knows(d, c->epoch));
    ck_assert(parcel.vc == NULL && parcel.epoch == 0);

    d = new_actor();
    zg_actor_pack(b, &parcel, tag);
    of_b = b->epoch;
    zg_actor_pack(b, &parcel, tag);
    zg_actor_unpack(d, &parcel, tag);
    must_know(d, of_b);
    must_know(d, of_a);
    ck_assert(!zg_actor_knows(d, of_other));
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
    TCase *tc = tcase_create("sync");

    zg_fence_init();
    zg_slots_keeper(&keeper);
    tcase_add_test(tc, locks_lose_no_edge);
    tcase_add_test(tc, locks_lose_no_edge_when_objects_run_out);
    tcase_add_test(tc, lives_of_locks_lose_no_edge);
    tcase_add_test(tc, lives_of_locks_lose_no_edge_when_objects_run_out);
    tcase_add_test(tc, locks_lose_no_edge_when_snapshots_run_out);
    tcase_add_test(tc, releases_at_the_same_moment_all_count);
    tcase_add_test(tc, releases_at_the_same_moment_all_count_in_the_overflow);
    tcase_add_test(tc, neither_threads_nor_objects_grow_without_end);
    tcase_add_test(tc, a_spare_snapshot_is_used_again);
    tcase_add_test(tc, no_object_names_a_slot_that_threads_share);
    tcase_add_test(tc, says_what_was_acquired_and_when);
    tcase_add_test(tc, the_first_acquire_of_a_tick_takes_the_time);
    tcase_add_test(tc, a_parcel_holds_all_that_its_packers_knew);
    return run_suite("sync", tc);
}
