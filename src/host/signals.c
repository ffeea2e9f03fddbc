/* SPDX-License-Identifier: MPL-2.0 */
/* Who handles which signal. */
#include "host/signals.h"

#include <errno.h>
#include <string.h>

#include "base/critical.h"
#include "base/lock.h"
#include "base/sys.h"
#include "host/fork.h"
#include "host/guard.h"
#include "host/libc.h"
#include "host/outside.h"

#define SIGNALS     65 /* 1..64 */
#define END_WAIT_NS ((uint64_t)2000000000)

typedef void full_handler(int number, siginfo_t *info, void *context);

static struct {
    struct zg_lock lock;
    full_handler *handlers[SIGNALS];       /* atomic: the host's, where dispatch() is installed */
    struct sigaction installed[SIGNALS];   /* what the kernel was given, for SA_RESETHAND */
    bool plain[SIGNALS];                   /* the host did not ask for SA_SIGINFO; we always do */
    struct sigaction unhandled[SIGNALS];   /* the host's SIG_DFL, where end() or a watcher is */
    zg_signals_watcher *watchers[SIGNALS]; /* atomic; or NULL */
    int pid;                               /* of the process that all this is of; 0 = not known */
    bool watching;      /* atomic: end() is to stand where the host has SIG_DFL */
    uint32_t ending;    /* atomic: pid, when a thread has begun the last work */
    void (*last)(void); /* that work */
} signals;

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

static int real_action(int number, const struct sigaction *action, struct sigaction *old)
{
    return ZG_REAL_LIBC(sigaction)(number, action, old);
}

/*
 * The end by a signal.
 */

/* Those by which a process is told to end. */
static bool is_end_signal(int number)
{
    return number == SIGHUP || number == SIGINT || number == SIGTERM;
}

/* Shall end() stand where the host leaves the signal to the kernel? The first process of a PID
 * namespace does not die of it (kernel/signal.c: sig_task_ignored). */
static bool is_wanted(int number)
{
    return __atomic_load_n(&signals.watching, __ATOMIC_ACQUIRE) && is_end_signal(number) &&
           is_ours(number) && signals.pid != 1;
}

static void leave_to_kernel(int number)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};

    (void)real_action(number, &by_default, NULL);
}

/* As if the host's SIG_DFL had been there all the time. All signals are blocked. */
static void end_by(int number)
{
    uint64_t set = (uint64_t)1 << (number - 1);
    uint32_t pid = (uint32_t)zg_sys_getpid();
    bool is_child_of_vfork = zg_fork_page.live != 0 && signals.pid != (int)pid;

    if (!is_child_of_vfork && pid != 1) {
        if (__atomic_exchange_n(&signals.ending, pid, __ATOMIC_ACQ_REL) != pid)
            signals.last();
        else /* the signal came twice; the other thread ends the process */
            (void)zg_sys_futex_wait(&signals.ending, pid, END_WAIT_NS);
    }
    leave_to_kernel(number);
    if (pid == 1)
        return;
    (void)zg_sys3(SYS_tgkill, (int)pid, zg_sys_gettid(), number);
    (void)zg_sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof(set));
}

/* Called by the kernel, with all signals blocked. */
static void end(int number, siginfo_t *info, void *context)
{
    if (!zg_critical_is_inside() || !zg_critical_defer(number, info, context))
        end_by(number);
}

/* What is to stand where the host leaves the signal to the kernel, or NULL. */
static full_handler *wanted(int number)
{
    if (is_wanted(number))
        return end;
    return is_ours(number) ? __atomic_load_n(&signals.watchers[number], __ATOMIC_ACQUIRE) : NULL;
}

/* Where the kernel has SIG_DFL. Under the lock. */
static void install_wanted(int number)
{
    struct sigaction ours = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    struct sigaction now;

    if (real_action(number, NULL, &now) != 0 || now.sa_handler != SIG_DFL)
        return;
    if (signals.plain[number]) /* of a handler with SA_RESETHAND: its flags are still there */
        now.sa_flags &= ~SA_SIGINFO;
    signals.unhandled[number] = now;
    ours.sa_sigaction = wanted(number);
    (void)sigfillset(&ours.sa_mask);
    (void)real_action(number, &ours, NULL);
}

void zg_signals_at_end(void (*last)(void))
{
    signals.last = last;
}

void zg_signals_watch_end(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};

    if (__atomic_load_n(&signals.watching, __ATOMIC_RELAXED) || signals.last == NULL)
        return;
    zg_lock_acquire(&signals.lock);
    __atomic_store_n(&signals.watching, true, __ATOMIC_RELEASE);
    for (size_t i = 0; i < ZG_COUNT(numbers); i++) {
        if (is_wanted(numbers[i]))
            install_wanted(numbers[i]);
    }
    zg_lock_release(&signals.lock);
}

void zg_signals_watch(int number, zg_signals_watcher *watcher)
{
    zg_lock_acquire(&signals.lock);
    __atomic_store_n(&signals.watchers[number], watcher, __ATOMIC_RELEASE);
    if (wanted(number) != NULL)
        install_wanted(number);
    zg_lock_release(&signals.lock);
}

/* A fault, too, is sent again: the instruction might fault no more, when another thread has changed
 * the word meanwhile that it works on. */
void zg_signals_pass(int number, const siginfo_t *info)
{
    static const uint64_t by_default[4]; /* the kernel's struct sigaction with SIG_DFL in it */
    siginfo_t again;

    (void)zg_sys4(SYS_rt_sigaction, number, by_default, NULL, sizeof(uint64_t));
    memcpy(&again, info, sizeof(again));
    zg_critical_send_again(number, &again);
}

/* A child of fork has its parent's turn, but not what is in the queue. */
ZG_COLD static void take_turn(int number, siginfo_t *info)
{
    zg_fork_look();
    if (zg_critical.turn != (uint32_t)number)
        return;
    if (info != NULL)
        zg_critical_take_turn(number, info);
    else
        zg_critical_skip_turn(number);
}

/* Who ignores a signal takes what is in the queue away. */
static void look_at_turn(int number)
{
    if (zg_unlikely(zg_critical.turn == (uint32_t)number))
        take_turn(number, NULL);
}

void zg_signals_taken(int number, siginfo_t *info)
{
    struct sigaction now;
    uint64_t mask;

    if (zg_unlikely(zg_critical.turn == (uint32_t)number))
        take_turn(number, info);
    if (zg_likely(!__atomic_load_n(&signals.watching, __ATOMIC_RELAXED)) || !is_wanted(number) ||
        real_action(number, NULL, &now) != 0 || now.sa_sigaction != end)
        return;
    mask = zg_sys_block_signals();
    if ((mask >> (number - 1) & 1) == 0)
        end_by(number);
    zg_sys_restore_signals(mask);
}

/*
 * The host's handlers.
 */

/* Called by the kernel, always with SA_SIGINFO: without it there is nothing in info, and aarch64
 * has no second and third argument at all (arch/arm64/kernel/signal.c). The handler is called by a
 * jump, so that nobody sees us on the stack. */
static void dispatch(int number, siginfo_t *info, void *context)
{
    full_handler *handler = __atomic_load_n(&signals.handlers[number], __ATOMIC_ACQUIRE);
    bool is_reset = (signals.installed[number].sa_flags & (int)SA_RESETHAND) != 0;

    if (zg_critical_is_inside() && zg_critical_defer(number, info, context)) {
        /* The kernel took the handler away when it called us; it is still to be called. */
        if (is_reset)
            (void)real_action(number, &signals.installed[number], NULL);
        return;
    }
    if (zg_unlikely(is_reset) && wanted(number) != NULL) {
        zg_lock_acquire(&signals.lock);
        install_wanted(number);
        zg_lock_release(&signals.lock);
    }
    if (zg_unlikely(zg_critical.turn == (uint32_t)number))
        take_turn(number, info);
    zg_outside_signalled(number, info);
    handler(number, info, context);
}

/* Not SIG_DFL, SIG_ERR, …; nor ours, which somebody may have read from the kernel. */
static bool is_function(int number, full_handler *handler)
{
    return (uintptr_t)handler > 16 && (uintptr_t)handler != UINTPTR_MAX && handler != dispatch &&
           handler != end && handler != signals.watchers[number];
}

/* What the host is told in place of ours. */
struct told {
    full_handler *handler;
    bool is_plain;
    struct sigaction unhandled;
};

static struct told told_now(int number)
{
    return (struct told){signals.handlers[number], signals.plain[number],
                         signals.unhandled[number]};
}

/* Does it stand where the host has SIG_DFL? */
static bool is_hidden(int number, full_handler *handler)
{
    return handler == end || (handler != NULL && handler == signals.watchers[number]);
}

static void tell(int number, const struct told *told, struct sigaction *old)
{
    if (is_hidden(number, old->sa_sigaction))
        *old = told->unhandled;
    if (old->sa_sigaction != dispatch)
        return;
    old->sa_sigaction = told->handler;
    if (told->is_plain)
        old->sa_flags &= ~SA_SIGINFO;
}

/* Under the lock: the kernel may call us for it from here on. */
static int install(int number, const struct sigaction *action, struct sigaction *old)
{
    full_handler *before = signals.handlers[number];
    struct sigaction with = *action;
    int rc;

    with.sa_sigaction = dispatch;
    with.sa_flags |= SA_SIGINFO;
    signals.installed[number] = with;
    __atomic_store_n(&signals.handlers[number], (full_handler *)action->sa_sigaction,
                     __ATOMIC_RELEASE);
    rc = real_action(number, &with, old);
    if (rc != 0)
        __atomic_store_n(&signals.handlers[number], before, __ATOMIC_RELEASE);
    else
        signals.plain[number] = (action->sa_flags & SA_SIGINFO) == 0;
    return rc;
}

/* Under the lock: what is no handler of the host's. */
static int pass(int number, const struct sigaction *action, struct sigaction *old)
{
    int rc = real_action(number, action, old);

    if (rc == 0 && action != NULL && action->sa_handler == SIG_DFL && wanted(number) != NULL) {
        signals.plain[number] = false; /* SA_SIGINFO is the host's own */
        install_wanted(number);
    }
    return rc;
}

/* What glibc writes: of the mask what the kernel has. */
static void give(struct sigaction *old, const struct sigaction *now)
{
    old->sa_sigaction = now->sa_sigaction;
    old->sa_flags = now->sa_flags;
    old->sa_restorer = now->sa_restorer;
    memcpy(&old->sa_mask, &now->sa_mask, sizeof(uint64_t));
}

/* The host's memory is read before the lock is taken, and written after: it need not be there, and
 * a handler for that comes here again. It may be the same for both. */
int zg_signals_action(int number, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction given = {.sa_handler = SIG_DFL};
    struct sigaction now;
    struct told told;
    int rc;

    if (number <= 0 || number >= SIGNALS || (action == NULL && old == NULL))
        return real_action(number, action, old);
    if (action != NULL)
        given = *action;
    zg_lock_acquire(&signals.lock);
    told = told_now(number);
    rc =
        action != NULL && is_ours(number) && is_function(number, (full_handler *)given.sa_sigaction)
            ? install(number, &given, &now)
            : pass(number, action != NULL ? &given : NULL, &now);
    zg_lock_release(&signals.lock);
    look_at_turn(number);
    if (rc != 0 || old == NULL)
        return rc;
    tell(number, &told, &now);
    give(old, &now);
    return 0;
}

/* With the flags that a function of signal()'s kind chose, such as SA_RESETHAND, and SA_SIGINFO. */
static void install_again(int number)
{
    struct sigaction *with = &signals.installed[number];

    signals.plain[number] = true;
    if (real_action(number, NULL, with) != 0 || with->sa_sigaction != dispatch)
        return;
    with->sa_flags |= SA_SIGINFO;
    (void)real_action(number, with, NULL);
}

/* Under the lock. */
static zg_signals_handler install_by(zg_signals_install real, int number,
                                     zg_signals_handler handler)
{
    bool replace = is_ours(number) && is_function(number, (full_handler *)(void *)handler);
    full_handler *before = signals.handlers[number];
    zg_signals_handler was;

    if (replace) {
        signals.installed[number].sa_flags = 0;
        __atomic_store_n(&signals.handlers[number], (full_handler *)(void *)handler,
                         __ATOMIC_RELEASE);
    }
    was = real(number, replace ? (zg_signals_handler)(void *)dispatch : handler);
    if (replace && was == SIG_ERR)
        __atomic_store_n(&signals.handlers[number], before, __ATOMIC_RELEASE);
    else if (replace)
        install_again(number);
    else if (handler == SIG_DFL && wanted(number) != NULL)
        install_wanted(number);
    if (is_hidden(number, (full_handler *)(void *)was))
        return SIG_DFL;
    return was == (zg_signals_handler)(void *)dispatch ? (zg_signals_handler)(void *)before : was;
}

zg_signals_handler zg_signals_by(zg_signals_install real, int number, zg_signals_handler handler)
{
    zg_signals_handler was;
    uint64_t mask;

    if (number <= 0 || number >= SIGNALS)
        return real(number, handler); /* cppcheck-suppress CastIntegerToAddressAtReturn */
    mask = zg_sys_block_signals();    /* none shall come before it is installed with SA_SIGINFO */
    zg_lock_acquire(&signals.lock);
    was = install_by(real, number, handler);
    zg_lock_release(&signals.lock);
    look_at_turn(number);
    zg_sys_restore_signals(mask);
    return was;
}

/* glibc's sysdeps/posix/sysv_sigset.c, which finds all signals blocked when it is called by
 * zg_signals_by(). */
zg_signals_handler zg_signals_set(int number, zg_signals_handler handler)
{
    const struct sigaction action = {.sa_handler = handler};
    struct sigaction old;
    bool hold = handler == SIG_HOLD;
    uint64_t mask = 0;
    uint64_t set;

    if (number <= 0 || number >= SIGNALS || handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    if (zg_signals_action(number, hold ? NULL : &action, &old) != 0)
        return SIG_ERR;
    set = (uint64_t)1 << (number - 1);
    (void)zg_sys4(SYS_rt_sigprocmask, hold ? SIG_BLOCK : SIG_UNBLOCK, &set, &mask, sizeof(mask));
    return (mask & set) != 0 ? SIG_HOLD : old.sa_handler;
}

void zg_signals_after_fork(void)
{
    (void)zg_lock_reset(&signals.lock);
    signals.pid = zg_sys_getpid();
    zg_critical.turn = 0;
}
