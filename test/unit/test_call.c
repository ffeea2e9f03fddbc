/* SPDX-License-Identifier: MPL-2.0 */
/* Calls, their judgement and the fork gate, where no program could show that something is left out.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fence.h"
#include "host/guard.h"
#include "host/handles.h"
#include "host/options.h"
#include "host/unwind.h"
#include "model/inproc.h"
#include "model/sync.h"
#include "report/counters.h"
#include "report/finding.h"
#include "track/judge.h"
#include "track/life.h"
#include "unit/suite.h"
#include "waiting.h"

#define SOCKETS 1000
#define ROUNDS  50

/* The guard is started by setup(). */
void zg_start_slow(void)
{
    abort();
}

void zg_start_tracking_slow(void)
{
    abort();
}

static void function(void)
{
}

static struct zg_lib lib;

static void adopt(void)
{
    uint64_t mask;

    if (zg_fork_is_new_child(0, &mask))
        zg_fork_adopted(mask);
}

static void setup(void)
{
    static struct zg_option_kind kinds[ZG_KIND_COUNT];

    for (size_t i = 0; i < ZG_KIND_COUNT; i++)
        kinds[i] = (struct zg_option_kind){zg_kinds[i].name, (uint8_t)zg_kinds[i].severity};
    zg_options_defaults(&zg_options, kinds, ZG_KIND_COUNT);
    zg_options.policy = ZG_POLICY_FENCE;
    zg_options.on_error = ZG_ON_ERROR_LOG;
    dup2(open("/dev/null", O_WRONLY), 2);
    zg_fence_init();
    zg_fork_init(adopt);
    zg_stack_init(ZG_STACKS_FULL, 16);
    zg_thread_init();
    zg_findings_init();
    zg_state = ZG_STATE_READY;
    zg_start_is_tracking = true;
    for (int op = 0; op < ZG_OP_COUNT; op++)
        lib.fn[op] = function;
}

static struct zg_socket *make_socket(uintptr_t handle)
{
    struct zg_socket seed = {.what = ZG_WHAT_SOCKET, .lib = &lib};

    return zg_handles_add(&seed, &zg_thread_self()->actor, handle, 0);
}

__attribute__((noinline)) static void send_to(uintptr_t handle)
{
    struct zg_slow_call slow = zg_slow_enter(handle, ZG_HERE, ZG_OP_zmq_send);

    zg_slow_leave(&slow);
}

/* A thread that goes round through many sockets gets more places for its hints. */
START_TEST(hints_get_more_room)
{
    uintptr_t before;

    setup();
    before = zg_thread_self()->site_mask;
    for (uintptr_t i = 1; i <= SOCKETS; i++)
        ck_assert_ptr_nonnull(make_socket(i << 12));
    for (int round = 0; round < ROUNDS; round++) {
        for (uintptr_t i = 1; i <= SOCKETS; i++)
            send_to(i << 12);
    }
    if (zg_fence_asymmetric) /* else there is no fast path */
        ck_assert_uint_gt(zg_thread_self()->site_mask, before);
}
END_TEST

/* A use after another thread's, of which nothing is known. */
static uint64_t judge_unordered(void)
{
    uint64_t before = zg_counted(ZG_COUNT_ERRORS);
    struct zg_prior prior = {.owner = 2, .epoch = zg_epoch_make(2, 5), .calls = 1};
    struct zg_call call = {.thread = zg_thread_self(), .lib = &lib, .op = ZG_OP_zmq_send};
    struct zg_socket *s = make_socket(0x1000);

    (void)zg_judge(&call, s, 0x1000, ZG_ENTRY_UNORDERED, &prior);
    return zg_counted(ZG_COUNT_ERRORS) - before;
}

START_TEST(what_nothing_orders_is_reported)
{
    setup();
    ck_assert_uint_eq(judge_unordered(), 1);
}
END_TEST

/* Nothing follows from "nothing orders them" once a message or another synchronisation could not be
 * noted. */
START_TEST(nothing_is_reported_once_messages_order_nothing)
{
    struct rlimit limit, none;
    struct zg_socket s = {.what = ZG_WHAT_SOCKET};

    setup();
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    for (int i = 0; i < 1000000 && !zg_inproc_is_incomplete(); i++) {
        s.inproc = NULL;
        zg_inproc_bound(NULL, &s, "name");
    }
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert(zg_inproc_is_incomplete());
    ck_assert_uint_eq(judge_unordered(), 0);
}
END_TEST

START_TEST(nothing_is_reported_once_a_synchronisation_was_lost)
{
    setup();
    zg_sync_lost();
    ck_assert_uint_eq(judge_unordered(), 0);
}
END_TEST

static struct {
    int tid;    /* of the main thread */
    int inside; /* atomic: a thread is inside of the gate */
    int over;   /* atomic: the fork is over */
} fork_of;

/* Leaves the gate when the fork waits for it, or when it did not. */
static void *stay_inside(void *arg)
{
    ck_assert(zg_fork_gate_enter());
    __atomic_store_n(&fork_of.inside, 1, __ATOMIC_RELEASE);
    while (waiting_at(fork_of.tid) == 0 && __atomic_load_n(&fork_of.over, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    zg_fork_gate_leave();
    return arg;
}

/* Did the child find nobody inside? */
static bool fork_beside_one_inside(void)
{
    pthread_t thread;
    pid_t pid;
    int status;

    fork_of.tid = (int)syscall(SYS_gettid);
    fork_of.inside = fork_of.over = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, stay_inside, NULL), 0);
    while (__atomic_load_n(&fork_of.inside, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    pid = fork();
    if (pid == 0) {
        adopt();
        _exit(zg_fork_gate_is_lost());
    }
    __atomic_store_n(&fork_of.over, 1, __ATOMIC_RELEASE);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    pthread_join(thread, NULL);
    return WEXITSTATUS(status) == 0;
}

/* A fork waits for who is inside of the loader's list, for a tenth of a second: a loaded machine
 * may need more than one try. */
START_TEST(a_fork_waits_at_the_gate)
{
    bool waited = false;

    setup();
    pthread_atfork(zg_life_before_fork, zg_life_after_fork, NULL);
    for (int i = 0; i < ROUNDS && !waited; i++)
        waited = fork_beside_one_inside();
    ck_assert(waited);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("call");

    tcase_add_test(t, hints_get_more_room);
    tcase_add_test(t, what_nothing_orders_is_reported);
    tcase_add_test(t, nothing_is_reported_once_messages_order_nothing);
    tcase_add_test(t, nothing_is_reported_once_a_synchronisation_was_lost);
    tcase_add_test(t, a_fork_waits_at_the_gate);
    return run_suite("call", t);
}
