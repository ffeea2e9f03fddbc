/* SPDX-License-Identifier: MPL-2.0 */
/* Signals that come in a section, and again when it has ended. */
#include "base/critical.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "base/sys.h"

_Static_assert(sizeof(siginfo_t) == sizeof(zg_critical.info), "the kernel's SI_MAX_SIZE");

__thread struct zg_critical zg_critical __attribute__((tls_model("initial-exec")));

bool zg_critical_is_fault(int signal, const void *what)
{
    const siginfo_t *info = what;

    return info->si_code > 0 && (signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                                 signal == SIGILL || signal == SIGTRAP || signal == SIGSYS);
}

bool zg_critical_defer(int signal, const void *info, void *context)
{
    struct zg_critical *c = &zg_critical;
    uint64_t *mask = (uint64_t *)(void *)&((ucontext_t *)context)->uc_sigmask;

    if (zg_likely(c->depth == 0) || zg_critical_is_fault(signal, info))
        return false;
    /* The kernel's mask is the first word of the C library's. It is in force when we return, so
     * that no second signal comes before the section has ended. */
    c->mask = *mask;
    *mask = ~(uint64_t)0;
    memcpy(c->info, info, sizeof(c->info));
    c->signal = (uint32_t)signal;
    return true;
}

/* As it came: the kernel lets a thread say anything to itself. Of a queue that is full there is one
 * kind that it always takes (SI_USER, kernel/signal.c); a filter that forbids the first call mostly
 * lets the second pass. */
void zg_critical_send_again(int signal, void *what)
{
    siginfo_t *info = what;
    int pid = zg_sys_getpid();
    int tid = zg_sys_gettid();

    if (zg_sys4(SYS_rt_tgsigqueueinfo, pid, tid, signal, info) == 0)
        return;
    info->si_code = SI_USER;
    if (zg_sys4(SYS_rt_tgsigqueueinfo, pid, tid, signal, info) != 0)
        (void)zg_sys3(SYS_tgkill, pid, tid, signal);
}

#define FIRST_QUEUED 32 /* the kernel's SIGRTMIN */

/* A signal that stands for one that was sent again. */
static bool is_marker(const siginfo_t *info)
{
    return info->si_code == SI_QUEUE && info->si_value.sival_ptr == &zg_critical;
}

static bool is_pending(int signal)
{
    uint64_t set = 0;

    (void)zg_sys2(SYS_rt_sigpending, &set, sizeof(set));
    return (set >> (signal - 1) & 1) != 0;
}

/* The signal's turn begins with what came with this one. False: there is no room for a marker. */
static bool begin_turn(int signal, const void *info)
{
    struct zg_critical *c = &zg_critical;
    siginfo_t marker;

    memset(&marker, 0, sizeof(marker));
    marker.si_signo = signal;
    marker.si_code = SI_QUEUE;
    marker.si_pid = zg_sys_getpid();
    marker.si_value.sival_ptr = c;
    memcpy(c->first, info, sizeof(c->first));
    c->turn = (uint32_t)signal;
    if (zg_sys4(SYS_rt_tgsigqueueinfo, marker.si_pid, zg_sys_gettid(), signal, &marker) == 0)
        return true;
    c->turn = 0;
    return false;
}

static bool is_kept_in_order(int signal, const siginfo_t *info)
{
    return signal >= FIRST_QUEUED && zg_critical.turn == 0 && !is_marker(info);
}

/* The marker may be gone, when the host ignored the signal for a while. */
void zg_critical_take_turn(int signal, void *info)
{
    struct zg_critical *c = &zg_critical;
    siginfo_t first;

    zg_critical_enter();
    memcpy(&first, c->first, sizeof(first));
    if (is_marker(info))
        c->turn = 0;
    else if (is_pending(signal))
        memcpy(c->first, info, sizeof(c->first));
    else if (!begin_turn(signal, info))
        zg_critical_send_again(signal, info);
    memcpy(info, &first, sizeof(first));
    zg_critical_leave();
}

void zg_critical_skip_turn(int signal)
{
    if (!is_pending(signal))
        zg_critical.turn = 0;
}

ZG_COLD void zg_critical_resume(void)
{
    struct zg_critical *c = &zg_critical;
    int signal = (int)c->signal;
    uint64_t mask = c->mask;
    siginfo_t info;

    memcpy(&info, c->info, sizeof(info));
    c->signal = 0;
    if (!is_kept_in_order(signal, &info) || !begin_turn(signal, &info))
        zg_critical_send_again(signal, &info);
    zg_sys_restore_signals(mask); /* here the handler runs */
}
