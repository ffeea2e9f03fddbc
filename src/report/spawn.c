/* SPDX-License-Identifier: MPL-2.0 */
/* clone(CLONE_VM | CLONE_VFORK) without an exit signal, then execve. */
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
 * In the child: it shares the host's memory (so: system calls and its own stack only), but neither
 * descriptors nor signal dispositions. Signals stay blocked up to and after execve: a handler of
 * the host's must not run here.
 */
static void child(void *arg)
{
    const struct zg_spawn *what = arg;
    int null;

    (void)zg_sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    /* The ends of the pipes lie above 2: they were moved there. */
    (void)zg_sys3(SYS_dup3, what->in, 0, 0);
    (void)zg_sys3(SYS_dup3, what->out, 1, 0);
    null = (int)zg_sys4(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
    if (null >= 0)
        (void)zg_sys3(SYS_dup3, null, 2, 0);
    close_from(3);
    (void)zg_sys3(SYS_execve, what->path, what->argv, what->envp);
    (void)zg_sys1(SYS_exit, 127);
}

int zg_spawn(const struct zg_spawn *what)
{
    static char *stack; /* guarded by the report lock */
    long pid;

    if (what->in <= 2 || what->out <= 2)
        return -ZG_EINVAL;
    if (stack == NULL)
        stack = zg_sys_map(STACK_BYTES);
    if (stack == NULL)
        return -ZG_ENOMEM;
    pid =
        zg_arch_clone(CLONE_VM | CLONE_VFORK, stack + STACK_BYTES, child, (void *)(uintptr_t)what);
    return (int)pid;
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
            until += 1000000000;
        }
        (void)zg_sys4(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    return rc == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
