/* SPDX-License-Identifier: MPL-2.0 */
/* clone(CLONE_VM) without an exit signal, and from there a vfork and execve. */
#include "report/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/sys.h"

#define STACK_BYTES ((size_t)16 << 10)
#define MANY_FDS    65536
#define POLL_NS     (2L * 1000 * 1000)

#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9, every architecture */
#endif

static void close_from(unsigned first)
{
    struct rlimit limit = {0};
    unsigned long end;

    if (zg_sys3(SYS_close_range, first, ~0U, 0) == 0)
        return;
    (void)zg_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
    end = limit.rlim_cur < MANY_FDS ? limit.rlim_cur : MANY_FDS;
    for (unsigned long fd = first; fd < end; fd++)
        zg_sys_close((int)fd);
}

/*
 * The helper, up to its execve. Like the keeper it shares the host's memory until then (so: system
 * calls and its own stack only), but neither descriptors nor signal dispositions. Signals stay
 * blocked up to and after execve: a handler of the host's must not run here.
 */
static void helper(void *arg)
{
    const struct zg_spawn *what = arg;
    int null;

    (void)zg_sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    /* The ends of the pipes lie above 2: zg_spawn() saw to it. */
    (void)zg_sys3(SYS_dup3, what->in, 0, 0);
    (void)zg_sys3(SYS_dup3, what->out, 1, 0);
    null = (int)zg_sys4(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
    if (null >= 0)
        (void)zg_sys3(SYS_dup3, null, 2, 0);
    close_from(3);
    (void)zg_sys3(SYS_execve, what->path, what->argv, what->envp);
    (void)zg_sys1(SYS_exit, 127);
}

static char *stacks; /* of keeper and helper; guarded by the report lock */

/*
 * The parent of the helper. execve gives a child the exit signal SIGCHLD (fs/exec.c,
 * begin_new_exec), so what the host must not notice is a child that never calls it: this one. It
 * waits for the helper, and both die with the thread that is making the report.
 */
static void keeper(void *arg)
{
    static const uint64_t by_default[4]; /* the kernel's struct sigaction */
    int status = -1;
    long pid;

    (void)zg_sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    (void)zg_sys4(SYS_rt_sigaction, SIGCHLD, by_default, NULL, sizeof(uint64_t));
    pid = zg_arch_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, stacks + 2 * STACK_BYTES, helper, arg);
    close_from(0); /* copies of the host's: their other ends must not wait for us */
    while (pid > 0 && zg_sys4(SYS_wait4, pid, &status, 0, NULL) == -EINTR)
        ;
    (void)zg_sys1(SYS_exit, status == 0 ? 0 : 1);
}

int zg_spawn(const struct zg_spawn *what)
{
    long share = CLONE_VM;

    if (what->in <= 2 || what->out <= 2)
        return -ZG_EINVAL;
    if (stacks == NULL)
        stacks = zg_sys_map(2 * STACK_BYTES);
    if (stacks == NULL)
        return -ZG_ENOMEM;
    /* Valgrind ends a process that asks for a child in its own memory. */
    if (zg_arch_on_valgrind())
        share = 0;
    return (int)zg_arch_clone(share, stacks + STACK_BYTES, keeper, (void *)(uintptr_t)what);
}

bool zg_spawn_end(int pid, uint64_t until)
{
    struct timespec pause = {.tv_nsec = POLL_NS};
    bool killed = false;
    int status = 0;
    long rc;

    /* __WCLONE: a child without an exit signal. After the kill it is given a second to go. */
    while ((rc = zg_sys4(SYS_wait4, pid, &status, WNOHANG | __WCLONE, NULL)) == 0 || rc == -EINTR) {
        if (zg_sys_now() >= until) {
            if (killed)
                return false;
            (void)zg_sys2(SYS_kill, pid, SIGKILL);
            killed = true;
            until = zg_sys_now() + 1000000000;
        }
        (void)zg_sys4(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    return rc == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
