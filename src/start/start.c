/* SPDX-License-Identifier: MPL-2.0 */
/* Starting the guard, and starting it again in a child. */
#include "host/guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/critical.h"
#include "base/str.h"
#include "base/sys.h"
#include "hook/address.h"
#include "host/clock.h"
#include "host/fork.h"
#include "host/handles.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/loader.h"
#include "host/options.h"
#include "host/signals.h"
#include "host/thread.h"
#include "model/inproc.h"
#include "model/sync.h"
#include "model/sync_table.h"
#include "report/finding.h"
#include "report/unguarded.h"
#include "start/environment.h"
#include "start/exit.h"
#include "start/inspect.h"
#include "start/state.h"
#include "track/crash.h"
#include "track/fault.h"
#include "track/learnt.h"
#include "track/life.h"

static struct {
    uint32_t claimed; /* atomic: the first to set it starts the guard */
    char **envp;      /* as the constructor got it; libc may not be initialised yet */
} start;

/* What the application wants when the environment says nothing; for programs that export it. */
extern const char *zmqguard_default_options(void) __attribute__((weak));

static void refuse(const char *where, const struct zg_buf *error)
{
    ZG_BUF(b, 1024);

    zg_buf_format(&b, "libzmqguard: %s: %s\n", where, error->text);
    (void)zg_sys_write(STDERR_FILENO, b.text, b.len);
    (void)zg_sys1(SYS_exit_group, 2);
}

static void parse(const char *where, const char *text)
{
    ZG_BUF(error, 768);

    if (text != NULL && zg_options_parse(&zg_options, text, &error) != 0)
        refuse(where, &error);
}

static void print_help(void)
{
    static char text[32768];
    struct zg_buf b = zg_buf_on(text, sizeof(text));

    zg_options_help(&zg_options, &b);
    (void)zg_sys_write(STDERR_FILENO, b.text, b.len);
}

static void read_options(void)
{
    struct zg_option_kind kinds[ZG_KIND_COUNT];

    for (size_t i = 0; i < ZG_KIND_COUNT; i++)
        kinds[i] = (struct zg_option_kind){zg_kinds[i].name, (uint8_t)zg_kinds[i].severity};
    zg_options_defaults(&zg_options, kinds, ZG_KIND_COUNT);
    if (zmqguard_default_options != NULL)
        parse("zmqguard_default_options()", zmqguard_default_options());
    parse("ZMQGUARD_OPTIONS", zg_environment_get(start.envp, "ZMQGUARD_OPTIONS"));
    if (zg_options.help)
        print_help();
}

/* The guard's state becomes the child's. */
static void adopt_child(void)
{
    const struct zg_thread *self = zg_thread_self_or_null;
    uint64_t mask;

    if (zg_state == ZG_STATE_OFF || !zg_fork_is_new_child(self != NULL ? self->actor.id : 0, &mask))
        return;
    zg_lock_after_fork();
    zg_lib_after_fork();
    zg_thread_after_fork();
    zg_sync_after_fork();
    zg_inproc_after_fork();
    zg_stack_after_fork();
    zg_handles_after_fork();
    zg_signals_after_fork();
    zg_crash_after_fork();
    zg_findings_after_fork();
    zg_fence_init();
    zg_fork_adopted(mask);
}

static void start_now(void)
{
    zg_libc_init();
    zg_clock_init();
    if (getauxval(AT_SECURE) != 0) {
        __atomic_store_n(&zg_state, ZG_STATE_OFF, __ATOMIC_RELEASE);
        return;
    }
    read_options();
    zg_fence_init();
    zg_fork_init(adopt_child);
    zg_hook_addresses_init();
    zg_lib_refresh();
    zg_findings_init();
    zg_unguarded_say();
    zg_thread_init();
    zg_inspect_init();
    (void)pthread_atfork(zg_life_before_fork, zg_life_after_fork, adopt_child);
    if (zg_options.propagate == 0)
        zg_environment_strip_preload(start.envp);
    zg_exit_prepare();
    __atomic_store_n(&zg_state, ZG_STATE_READY, __ATOMIC_RELEASE);
}

void zg_start_slow(void)
{
    if (__atomic_exchange_n(&start.claimed, 1, __ATOMIC_ACQ_REL) == 0)
        start_now();
    /* Somebody else, or a call from within start_now(): goes on unguarded for the moment. */
}

void zg_start_stacks(void)
{
    static uint32_t claimed; /* atomic */
    bool entered;

    /* Loading libunwind takes the loader's locks. (test/load/constructor.sh) */
    if (zg_loader_is_busy_elsewhere())
        return;
    zg_critical_enter();
    entered = zg_fork_list_enter();
    if ((entered || zg_fork_gate_is_lost()) &&
        __atomic_exchange_n(&claimed, 1, __ATOMIC_ACQ_REL) == 0)
        zg_stack_init((enum zg_stacks_mode)zg_options.stacks, zg_options.stack_depth);
    if (entered)
        zg_fork_list_leave();
    zg_critical_leave();
}

void zg_start_tracking_slow(void)
{
    if (zg_loader_is_busy_elsewhere())
        return;
    if (__atomic_exchange_n(&zg_start_is_tracking, true, __ATOMIC_ACQ_REL))
        return;
    zg_start_stacks();
    zg_findings_prepare();
    zg_learnt_load();
    zg_exit_watch();
    zg_fault_watch();
    if (zg_options.verbosity >= 2)
        zg_state_print();
}

/* glibc hands argc, argv and envp to constructors (elf/dl-init.c). Not -z initfirst: that runs
 * before libc's own initialisation, and a dlopen() there initialises libc without an environment
 * (elf/dl-open.c hands argv and envp on from libc's variables, which are not set yet). Calls that
 * come before this constructor start the guard by zg_start_ensure(). */
__attribute__((constructor)) static void on_load(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv;
    start.envp = envp;
    zg_start_ensure();
}

__attribute__((destructor)) static void on_exit_of_process(void)
{
    zg_exit_last();
}
