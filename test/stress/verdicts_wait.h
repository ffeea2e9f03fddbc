/* SPDX-License-Identifier: MPL-2.0 */
/*
 * For verdicts.c: steps that block, and run-once routines. Who waits for a condition or at a
 * barrier passes its turn on and is left out until a later step wakes it. That step is over when
 * all that it woke are back, so that what they learn is learnt in it. The next step begins when the
 * kernel says that the thread sleeps in the very object; where it does not say such things, nobody
 * waits.
 */
#include <threads.h>

#include "waiting.h"

enum { CONDS = 2, BARRIERS = 2, ONCES = 4, BARRIER_COUNT = 2 };

/* Of the first the calls are POSIX's, of the second C11's. */
static struct cond {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    mtx_t c11_mutex;
    cnd_t c11_cond;
    bool waits[THREADS];
    struct clocks held, signals, all; /* of the mutex's last release; of signals; of all of it */
} conds[CONDS];

static struct barrier {
    pthread_barrier_t barrier;
    int arrived;
    bool waits[THREADS];
    struct clocks round, all;
} barriers[BARRIERS];

static struct {
    pthread_once_t posix;
    once_flag c11;
    bool done;
    struct clocks by;
} onces[ONCES];

static int parked[THREADS];  /* atomic: tid, in a real call; 0: back */
static bool passed[THREADS]; /* the turn, before the real call */
static struct {
    int tid; /* whose sleep the next step awaits; 0 nobody's */
    uintptr_t start, end;
} settling;

static void pass_turn(int me);

static int runnable(void)
{
    int n = 0;

    for (int i = 0; i < THREADS; i++)
        n += threads[i].alive && __atomic_load_n(&parked[i], __ATOMIC_RELAXED) == 0;
    return n;
}

static bool can_wait(void)
{
    static int can; /* 1 yes, -1 no */
    unsigned long unused;

    if (can == 0)
        can = waiting_in(gettid(), &unused) != WAITING_UNTOLD ? 1 : -1;
    return can > 0 && runnable() > 1;
}

/* Before each step. */
static void settle(void)
{
    uintptr_t at;

    while (settling.tid != 0) {
        at = waiting_at(settling.tid);
        if (at >= settling.start && at < settling.end)
            settling.tid = 0;
        else
            sched_yield();
    }
}

static void park(int me, void *object, size_t size)
{
    if (steps >= STEPS)
        pass_turn(me); /* to nobody: the program is over */
    settling.tid = gettid();
    settling.start = (uintptr_t)object;
    settling.end = settling.start + size;
    __atomic_store_n(&parked[me], settling.tid, __ATOMIC_RELAXED);
    passed[me] = true;
    pass_turn(me);
}

static void await_back(const bool waits[THREADS])
{
    for (int i = 0; i < THREADS; i++)
        while (waits[i] && __atomic_load_n(&parked[i], __ATOMIC_RELAXED) != 0)
            sched_yield();
}

static void wait_for_condition(int me, struct cond *c, int n)
{
    expect(me, SILENT, "waits for condition", n);
    join_clocks(&threads[me].knows, &c->held, true);
    c->held = threads[me].knows;
    c->waits[me] = true;
    if (n == 0) {
        pthread_mutex_lock(&c->mutex);
        park(me, &c->cond, sizeof(c->cond));
        pthread_cond_wait(&c->cond, &c->mutex);
        pthread_mutex_unlock(&c->mutex);
    } else {
        mtx_lock(&c->c11_mutex);
        park(me, &c->c11_cond, sizeof(c->c11_cond));
        cnd_wait(&c->c11_cond, &c->c11_mutex);
        mtx_unlock(&c->c11_mutex);
    }
    __atomic_store_n(&parked[me], 0, __ATOMIC_RELAXED);
}

/* What those who were woken learn, in whichever order they got the mutex. */
static void woken(struct cond *c, const struct clocks *signal)
{
    struct clocks together = c->held;

    for (int i = 0; i < THREADS; i++)
        if (c->waits[i])
            join_clocks(&together, &threads[i].knows, true);
    join_clocks(&together, signal, true);
    for (int i = 0; i < THREADS; i++) {
        if (!c->waits[i])
            continue;
        c->waits[i] = false;
        join_clocks(&threads[i].knows, signal, true);
        join_clocks(&threads[i].knows, &c->signals, false);
        join_clocks(&threads[i].knows, &together, false);
        join_clocks(&threads[i].knows, &c->held, true);
    }
    join_clocks(&together, &c->signals, false);
    c->held = together;
}

static void signal_condition(int me, struct cond *c, int n, bool all)
{
    expect(me, SILENT, all ? "broadcasts" : "signals", n);
    join_clocks(&c->signals, &threads[me].knows, true);
    if (n == 0)
        all ? pthread_cond_broadcast(&c->cond) : pthread_cond_signal(&c->cond);
    else
        all ? cnd_broadcast(&c->c11_cond) : cnd_signal(&c->c11_cond);
    await_back(c->waits);
    woken(c, &threads[me].knows);
}

static void wait_or_signal(int me, int n)
{
    struct cond *c = &conds[n % CONDS];
    int waiting = 0;

    for (int i = 0; i < THREADS; i++)
        waiting += c->waits[i];
    if (waiting < 2 && draw(2) == 0 && can_wait())
        wait_for_condition(me, c, n % CONDS);
    else
        signal_condition(me, c, n % CONDS, waiting > 1 || draw(2) == 0);
}

static void wait_at_barrier(int me, int n)
{
    struct barrier *b = &barriers[n % BARRIERS];

    if (b->arrived + 1 < BARRIER_COUNT && !can_wait())
        return;
    expect(me, SILENT, "waits at barrier", n % BARRIERS);
    join_clocks(&b->round, &threads[me].knows, true);
    join_clocks(&b->all, &threads[me].knows, true);
    b->waits[me] = true;
    if (++b->arrived < BARRIER_COUNT) {
        park(me, &b->barrier, sizeof(b->barrier));
        pthread_barrier_wait(&b->barrier);
        __atomic_store_n(&parked[me], 0, __ATOMIC_RELAXED);
        return;
    }
    pthread_barrier_wait(&b->barrier);
    b->waits[me] = false;
    await_back(b->waits);
    b->waits[me] = true;
    for (int i = 0; i < THREADS; i++) {
        if (b->waits[i]) {
            join_clocks(&threads[i].knows, &b->round, true);
            join_clocks(&threads[i].knows, &b->all, false);
        }
        b->waits[i] = false;
    }
    b->arrived = 0;
    b->round = (struct clocks){0};
}

static void nothing(void)
{
}

static void run_once(int me, int n)
{
    n %= ONCES;
    expect(me, SILENT, onces[n].done ? "finds done" : "runs once", n);
    if (!onces[n].done)
        onces[n].by = threads[me].knows;
    onces[n].done = true;
    if (n % 2 == 0)
        pthread_once(&onces[n].posix, nothing);
    else
        call_once(&onces[n].c11, nothing);
    join_clocks(&threads[me].knows, &onces[n].by, true);
}

static void prepare_waits(void)
{
    for (int i = 0; i < CONDS; i++) {
        pthread_mutex_init(&conds[i].mutex, NULL);
        pthread_cond_init(&conds[i].cond, NULL);
        mtx_init(&conds[i].c11_mutex, mtx_plain);
        cnd_init(&conds[i].c11_cond);
    }
    for (int i = 0; i < BARRIERS; i++)
        pthread_barrier_init(&barriers[i].barrier, NULL, BARRIER_COUNT);
    for (int i = 0; i < ONCES; i++) {
        onces[i].posix = PTHREAD_ONCE_INIT;
        onces[i].c11 = (once_flag)ONCE_FLAG_INIT;
    }
}
