/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Hammers the ownership protocol of model/owner.h from two threads and asks the only two questions
 * that matter: was anybody let in beside another (a missed overlap), and was anybody turned away
 * from an object that nobody was inside of (a false one)?
 *
 *   owner_stress ROUNDS [fence]   prints one line; exit 1 when either count is not 0
 *                                 fence: as where there is no membarrier(2)
 *
 * First meetings: a fresh object, biased to the first thread, is entered by both at once: the case
 * that the asymmetric fence is for. Contended rounds: both threads enter one object as fast as
 * they can. In both, whoever is let in must be alone.
 * Ordered rounds: the threads take turns through a release/acquire variable; nobody may be refused.
 * Handed on: the first thread makes objects, uses them and hands them on; what it remembers of each
 * (a hint, an entry of a cache) it tries for the next one's handle. The second thread uses what it
 * got, and may not be refused either.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arch.h"
#include "model/owner.h"

#define HANDLE ((uintptr_t)0x1000)
#define FRAME  ((uintptr_t)0x100)

#define BATCH 512

/* An object and who was let into it; apart from the next, so that they meet on one at a time. */
static struct meeting {
    struct zg_owned o;
    uint64_t biased;                                /* its word when it was made */
    uint32_t occupant __attribute__((aligned(64))); /* atomic: 0 nobody */
} meetings[BATCH];
static struct zg_owned object;
static struct zg_actor actors[2];
static uint64_t rounds;
static pthread_barrier_t barrier;
static uint32_t occupant; /* atomic: who was let in, 0 nobody */
static uint64_t missed, refused, false_overlaps, entered;
static uint32_t turn;

/* The way in, and with which word the fast path is tried; 0: not. */
struct way {
    uint64_t word;
    bool fast;
};

/* As track/call.h does it, by a hint for this frame and with this word. */
static bool enter_fast(struct zg_owned *o, struct zg_actor *a, uint64_t word, uintptr_t handle)
{
    if (zg_owned_sum(a, FRAME) != FRAME || !zg_owned_enter_fast(o, a, handle, FRAME))
        return false;
    /* The handle has been compared: again for who takes that away (owner.sh). */
    if (o->word == word && o->handle == handle)
        return true;
    zg_owned_step_back(a);
    return false;
}

static bool go_in(struct zg_owned *o, struct zg_actor *a, struct way *way, enum zg_entry *entry)
{
    struct zg_prior prior;
    uint64_t word;

    *entry = ZG_ENTRY_OK;
    way->fast = zg_fence_asymmetric && way->word != 0 && enter_fast(o, a, way->word, HANDLE);
    if (way->fast)
        return true;
    way->word = 0;
    if (!zg_owned_enter(o, a, HANDLE, FRAME)) {
        *entry = zg_owned_enter_slow(o, a, HANDLE, &prior);
        if (*entry > ZG_ENTRY_UNORDERED)
            return false;
        zg_owned_stay(a, FRAME);
    }
    zg_owned_note(o, a, 0, FRAME);
    word = __atomic_load_n(&o->word, __ATOMIC_RELAXED);
    if ((word & ZG_OWNED_PLAIN) == a->id)
        way->word = word;
    return true;
}

static void go_out(struct zg_owned *o, struct zg_actor *a, const struct way *way)
{
    if (way->fast)
        zg_owned_leave_fast(o);
    else
        zg_owned_leave(o, a);
}

/* Both threads go through the batch in step; how far apart they are within one object varies. */
static uint64_t meet(struct meeting *m, struct zg_actor *a, unsigned delay)
{
    enum zg_entry entry;
    uint64_t beside = 0;
    struct way way = {.word = a->id == 1 && delay % 2 == 0 ? m->biased : 0};

    for (unsigned i = 0; i < delay; i++)
        zg_arch_pause();
    if (!go_in(&m->o, a, &way, &entry))
        return 0;
    beside += __atomic_exchange_n(&m->occupant, a->id, __ATOMIC_RELAXED) != 0;
    for (int i = 0; i < 8; i++)
        zg_arch_pause();
    beside += __atomic_exchange_n(&m->occupant, 0, __ATOMIC_RELAXED) != a->id;
    go_out(&m->o, a, &way);
    return beside;
}

static void make(struct meeting *m)
{
    zg_owned_init(&m->o, &actors[0], HANDLE, 0);
    m->biased = m->o.word;
}

static uint32_t arrived[2]; /* atomic: how many meetings each thread has come to */

static void first_meetings(struct zg_actor *a, uint32_t me, uint64_t n)
{
    uint64_t beside = 0;

    for (uint64_t batch = 0; batch < n / BATCH; batch++) {
        pthread_barrier_wait(&barrier);
        for (uint32_t i = 0; me == 0 && i < BATCH; i++)
            make(&meetings[i]);
        pthread_barrier_wait(&barrier);
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t at = (uint32_t)(batch * BATCH + i + 1);

            __atomic_store_n(&arrived[me], at, __ATOMIC_RELEASE);
            for (unsigned spins = 1;
                 (int32_t)(__atomic_load_n(&arrived[1 - me], __ATOMIC_ACQUIRE) - at) < 0; spins++) {
                if (spins % 4096 == 0)
                    sched_yield(); /* the other one may need this processor */
            }
            beside += meet(&meetings[i], a, me == 0 ? (unsigned)(at % 23) : 0);
        }
    }
    __atomic_add_fetch(&missed, beside, __ATOMIC_RELAXED);
}

static void contended(struct zg_actor *a, uint64_t n)
{
    uint64_t in = 0, out = 0, beside = 0;
    enum zg_entry entry;
    struct way way = {0};

    for (uint64_t i = 0; i < n; i++) {
        /* Now and then one thread pauses, so that the bias settles and is taken away again. */
        if ((i & 255) == 0 && a == &actors[1])
            for (volatile int spin = 0; spin < 400; spin++)
                ;
        if (!go_in(&object, a, &way, &entry)) {
            out++;
            continue;
        }
        in++;
        beside += __atomic_exchange_n(&occupant, a->id, __ATOMIC_RELAXED) != 0;
        beside += __atomic_exchange_n(&occupant, 0, __ATOMIC_RELAXED) != a->id;
        go_out(&object, a, &way);
        /* Outside for as long as inside, or the other one never gets in. */
        for (volatile unsigned spin = (unsigned)(i % 32); spin > 0; spin--)
            ;
    }
    __atomic_add_fetch(&entered, in, __ATOMIC_RELAXED);
    __atomic_add_fetch(&refused, out, __ATOMIC_RELAXED);
    __atomic_add_fetch(&missed, beside, __ATOMIC_RELAXED);
}

static void ordered(struct zg_actor *a, uint32_t me, uint64_t n)
{
    enum zg_entry entry;
    struct way way = {0};
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < n; i++) {
        for (unsigned spins = 1; __atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me; spins++) {
            if (spins % 4096 == 0)
                sched_yield();
        }
        for (uint64_t uses = 0; uses < 1 + i % 40; uses++) {
            wrong += !go_in(&object, a, &way, &entry) || entry == ZG_ENTRY_OVERLAP ||
                     entry == ZG_ENTRY_NESTED;
            go_out(&object, a, &way);
        }
        __atomic_store_n(&turn, 1 - me, __ATOMIC_RELEASE);
    }
    __atomic_add_fetch(&false_overlaps, wrong, __ATOMIC_RELAXED);
}

static struct zg_owned passed;
static uint32_t
    handed;            /* atomic: hand-overs so far; the object's handle is HANDLE + their number */
static uint32_t taken; /* atomic: hand-overs that the second thread is through with */

static void hand_on(struct zg_actor *a, uint32_t n)
{
    uint64_t wrong = 0, random = 1;
    struct way way = {0};

    for (uint32_t i = 1; i <= n; i++) {
        uintptr_t handle = HANDLE + i;
        uint64_t word;

        zg_owned_init(&passed, a, handle, 0);
        word = passed.word;
        wrong += !zg_owned_enter(&passed, a, handle, FRAME);
        zg_owned_note(&passed, a, 0, FRAME);
        go_out(&passed, a, &way);
        __atomic_store_n(&handed, i, __ATOMIC_RELEASE);
        /* The stale hint, and the stale entry of a cache, until it is the other's. Words that no
         * predictor knows, so that the time between two stores is not only that of a few
         * instructions. */
        for (unsigned spins = 1; __atomic_load_n(&taken, __ATOMIC_ACQUIRE) != i; spins++) {
            random = random * 0x5851F42D4C957F2DU + 1;
            wrong += zg_fence_asymmetric && i % 2 == 0
                         ? enter_fast(&passed, a, word + (random >> 63 << 40), handle + 1)
                         : zg_owned_enter(&passed, a, handle + 1, FRAME);
            if (spins % 4096 == 0)
                sched_yield();
        }
    }
    __atomic_add_fetch(&missed, wrong, __ATOMIC_RELAXED);
}

static void take_over(struct zg_actor *a, uint32_t n)
{
    uint64_t wrong = 0;
    struct zg_prior prior;

    for (uint32_t i = 1; i <= n; i++) {
        for (unsigned spins = 1; __atomic_load_n(&handed, __ATOMIC_ACQUIRE) != i; spins++) {
            if (spins % 4096 == 0)
                sched_yield();
        }
        if (zg_owned_enter_slow(&passed, a, HANDLE + i, &prior) > ZG_ENTRY_UNORDERED)
            wrong++;
        else
            zg_owned_leave_object(&passed, a);
        __atomic_store_n(&taken, i, __ATOMIC_RELEASE);
    }
    __atomic_add_fetch(&false_overlaps, wrong, __ATOMIC_RELAXED);
}

static void *run(void *arg)
{
    struct zg_actor *a = arg;
    uint32_t me = (uint32_t)(a - actors);

    first_meetings(a, me, rounds);
    pthread_barrier_wait(&barrier);
    contended(a, rounds);
    pthread_barrier_wait(&barrier);
    ordered(a, me, rounds / 200);
    pthread_barrier_wait(&barrier);
    if (me == 0)
        hand_on(a, (uint32_t)(rounds / 10));
    else
        take_over(a, (uint32_t)(rounds / 10));
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];

    rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000000;
    zg_fence_init();
    if (argc > 2 && strcmp(argv[2], "fence") == 0)
        zg_fence_asymmetric = false;
    pthread_barrier_init(&barrier, NULL, 2);
    for (uint32_t i = 0; i < 2; i++)
        actors[i] = (struct zg_actor){.id = i + 1, .epoch = zg_epoch_make(i + 1, 1)};
    zg_owned_init(&object, &actors[0], HANDLE, 0);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, &actors[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%llu handshakes, %llu entered, %llu turned away; missed overlaps: %llu, false: %llu "
           "(membarrier: %s)\n",
           (unsigned long long)rounds * 4, (unsigned long long)entered, (unsigned long long)refused,
           (unsigned long long)missed, (unsigned long long)false_overlaps,
           zg_fence_asymmetric ? "yes" : "no");
    return missed != 0 || false_overlaps != 0;
}
