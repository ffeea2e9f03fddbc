/* SPDX-License-Identifier: MPL-2.0 */
/* Who handles which signal. */
#include "host/signals.h"

#include "base/critical.h"
#include "base/lock.h"
#include "base/sys.h"
#include "host/guard.h"
#include "host/libc.h"

#define SIGNALS 65 /* 1..64 */

typedef void full_handler(int number, siginfo_t *info, void *context);

static struct {
    struct zg_lock lock;
    full_handler *handlers[SIGNALS];     /* atomic: the host's, where ours is installed */
    struct sigaction installed[SIGNALS]; /* what the kernel was given, for SA_RESETHAND */
    bool plain[SIGNALS];                 /* the host did not ask for SA_SIGINFO; we always do */
    int pid;                             /* of the process that all this is of; 0 = not known */
} signals;

/* Called by the kernel, always with SA_SIGINFO: without it there is nothing in info, and aarch64
 * has no second and third argument at all (arch/arm64/kernel/signal.c). The handler is called by a
 * jump, so that nobody sees us on the stack. */
static void dispatch(int number, siginfo_t *info, void *context)
{
    full_handler *handler = __atomic_load_n(&signals.handlers[number], __ATOMIC_ACQUIRE);

    if (zg_critical_is_inside() && zg_critical_defer(number, info, context)) {
        /* The kernel took the handler away when it called us; it is still to be called. */
        if ((signals.installed[number].sa_flags & (int)SA_RESETHAND) != 0)
            (void)ZG_REAL_LIBC(sigaction)(number, &signals.installed[number], NULL);
        return;
    }
    handler(number, info, context);
}

/* Not SIG_DFL, SIG_ERR, …; nor ours, which somebody may have read from the kernel. */
static bool is_function(full_handler *handler)
{
    return (uintptr_t)handler > 16 && (uintptr_t)handler != UINTPTR_MAX && handler != dispatch;
}

/* In a child of vfork the table is the parent's: what that child installs is its own affair. */
static bool is_ours(int number)
{
    int pid = zg_sys_getpid();

    if (number <= 0 || number >= SIGNALS ||
        __atomic_load_n(&zg_state, __ATOMIC_RELAXED) == ZG_STATE_OFF)
        return false;
    if (signals.pid == 0)
        signals.pid = pid;
    return signals.pid == pid;
}

int zg_signals_action(int number, const struct sigaction *action, struct sigaction *old)
{
    bool replace = action != NULL && is_ours(number) &&
                   is_function((full_handler *)(void *)action->sa_sigaction);
    struct sigaction with = {.sa_flags = 0};
    full_handler *before;
    bool was_plain;
    int rc;

    if (number <= 0 || number >= SIGNALS || (!replace && old == NULL))
        return ZG_REAL_LIBC(sigaction)(number, action, old);
    zg_lock_acquire(&signals.lock);
    before = signals.handlers[number];
    was_plain = signals.plain[number];
    if (replace) {
        with = *action;
        with.sa_sigaction = dispatch;
        with.sa_flags |= SA_SIGINFO;
        signals.installed[number] = with;
        /* First: from here on the kernel may call us for it. */
        __atomic_store_n(&signals.handlers[number], (full_handler *)action->sa_sigaction,
                         __ATOMIC_RELEASE);
    }
    rc = ZG_REAL_LIBC(sigaction)(number, replace ? &with : action, old);
    if (rc != 0 && replace)
        __atomic_store_n(&signals.handlers[number], before, __ATOMIC_RELEASE);
    else if (replace)
        signals.plain[number] = (action->sa_flags & SA_SIGINFO) == 0;
    zg_lock_release(&signals.lock);
    if (rc == 0 && old != NULL && old->sa_sigaction == dispatch) {
        old->sa_sigaction = before;
        if (was_plain)
            old->sa_flags &= ~SA_SIGINFO;
    }
    return rc;
}

/* With the flags that a function of signal()'s kind chose, such as SA_RESETHAND, and SA_SIGINFO. */
static void install_again(int number)
{
    struct sigaction *with = &signals.installed[number];

    signals.plain[number] = true;
    if (ZG_REAL_LIBC(sigaction)(number, NULL, with) != 0 || with->sa_sigaction != dispatch)
        return;
    with->sa_flags |= SA_SIGINFO;
    (void)ZG_REAL_LIBC(sigaction)(number, with, NULL);
}

zg_signals_handler zg_signals_by(zg_signals_install real, int number, zg_signals_handler handler)
{
    bool replace = is_ours(number) && is_function((full_handler *)(void *)handler);
    zg_signals_handler ours = (zg_signals_handler)(void *)dispatch;
    zg_signals_handler was;
    full_handler *before;
    uint64_t mask;

    if (number <= 0 || number >= SIGNALS)
        return real(number, handler); /* cppcheck-suppress CastIntegerToAddressAtReturn */
    mask = zg_sys_block_signals();    /* none shall come before it is installed with SA_SIGINFO */
    zg_lock_acquire(&signals.lock);
    before = signals.handlers[number];
    if (replace) {
        signals.installed[number].sa_flags = 0;
        __atomic_store_n(&signals.handlers[number], (full_handler *)(void *)handler,
                         __ATOMIC_RELEASE);
    }
    was = real(number, replace ? ours : handler);
    if (replace && was == SIG_ERR)
        __atomic_store_n(&signals.handlers[number], before, __ATOMIC_RELEASE);
    else if (replace)
        install_again(number);
    zg_lock_release(&signals.lock);
    zg_sys_restore_signals(mask);
    return was == ours ? (zg_signals_handler)(void *)before : was;
}

void zg_signals_after_fork(void)
{
    (void)zg_lock_reset(&signals.lock);
    signals.pid = zg_sys_getpid();
}
