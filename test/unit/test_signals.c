/* SPDX-License-Identifier: MPL-2.0 */
/* The host's handlers: none runs in a section of the guard's, each runs once after it, and who asks
 * for them is told what he installed. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"
#include "host/signals.h"
#include "unit/suite.h"

static volatile sig_atomic_t calls, in_section;
static volatile int value;
static sigset_t mask_in_handler;
static sigjmp_buf out;

static void plain(int sig)
{
    (void)sig;
    calls++;
    in_section = in_section || zg_critical_is_inside();
}

static void full(int sig, siginfo_t *info, void *context)
{
    plain(sig);
    value = info->si_value.sival_int;
    mask_in_handler = ((ucontext_t *)context)->uc_sigmask;
}

static void jumping(int sig)
{
    plain(sig);
    siglongjmp(out, 1);
}

static void install(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    calls = in_section = value = 0;
    ck_assert_int_eq(zg_signals_action(sig, &action, NULL), 0);
}

static void queue(int sig, int number)
{
    ck_assert_int_eq(sigqueue(getpid(), sig, (union sigval){.sival_int = number}), 0);
}

START_TEST(a_signal_waits_for_the_end_of_the_section)
{
    sigset_t before, after;

    sigprocmask(SIG_SETMASK, NULL, &before);
    install(SIGUSR1, full, 0);
    queue(SIGUSR1, 1);
    ck_assert_int_eq(calls, 1);
    zg_critical_enter();
    zg_critical_enter();
    queue(SIGUSR1, 4711);
    ck_assert_int_eq(calls, 1);
    zg_critical_leave();
    ck_assert_int_eq(calls, 1);
    zg_critical_leave();
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(in_section, 0);
    ck_assert_int_eq(value, 4711); /* all that came with it */
    sigprocmask(SIG_SETMASK, NULL, &after);
    ck_assert_mem_eq(&before, &after, 8);
    ck_assert_mem_eq(&before, &mask_in_handler, 8); /* of what it interrupted */
}
END_TEST

START_TEST(none_is_lost_and_none_comes_twice)
{
    install(SIGRTMIN, full, 0);
    zg_critical_enter();
    for (int i = 1; i <= 5; i++)
        queue(SIGRTMIN, i);
    ck_assert_int_eq(calls, 0);
    zg_critical_leave();
    ck_assert_int_eq(calls, 5);
    ck_assert_int_eq(value, 5); /* in order: the last one */
}
END_TEST

START_TEST(a_handler_for_one_signal_only_is_called_for_one_that_waited)
{
    struct sigaction now;

    install(SIGUSR1, full, (int)SA_RESETHAND);
    zg_critical_enter();
    queue(SIGUSR1, 7);
    zg_critical_leave();
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, NULL, &now), 0);
    ck_assert_ptr_eq((void *)now.sa_handler, (void *)SIG_DFL);
}
END_TEST

START_TEST(what_was_installed_is_told)
{
    struct sigaction old, action = {.sa_handler = plain, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    install(SIGUSR1, full, 0);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, &action, &old), 0);
    ck_assert_ptr_eq((void *)old.sa_sigaction, (void *)full);
    ck_assert((old.sa_flags & SA_SIGINFO) != 0);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, jumping), (void *)plain);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, SIG_IGN), (void *)jumping);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, SIG_DFL), (void *)SIG_IGN);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, NULL, &old), 0);
    ck_assert_ptr_eq((void *)old.sa_handler, (void *)plain);
    ck_assert_int_eq(old.sa_flags & SA_RESTART, SA_RESTART);
    ck_assert_int_eq(sigismember(&old.sa_mask, SIGUSR2), 1);
    ck_assert_int_eq(zg_signals_action(SIGKILL, &action, &old), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(zg_signals_action(1000, &action, &old), -1);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGKILL, plain), (void *)SIG_ERR);
}
END_TEST

/* As the C library's sigset(), which is not replaced in this program. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* sigset() */
START_TEST(a_signal_is_held_and_let_go)
{
    zg_signals_handler const handlers[] = {plain, SIG_HOLD, SIG_HOLD, plain, SIG_HOLD, SIG_IGN};
    sigset_t mask, theirs;

    for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers); i++) {
        ck_assert_ptr_eq((void *)zg_signals_set(SIGUSR1, handlers[i]),
                         (void *)sigset(SIGUSR2, handlers[i]));
        ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
        ck_assert_int_eq(sigismember(&mask, SIGUSR1), sigismember(&mask, SIGUSR2));
    }
    theirs = mask;
    ck_assert_ptr_eq((void *)zg_signals_set(SIGUSR1, SIG_ERR), (void *)SIG_ERR);
    ck_assert_ptr_eq((void *)zg_signals_set(0, SIG_DFL), (void *)SIG_ERR);
    ck_assert_ptr_eq((void *)zg_signals_set(SIGKILL, plain), (void *)SIG_ERR);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    ck_assert_int_eq(memcmp(&mask, &theirs, sizeof(mask)), 0);
}
END_TEST

/* Without SA_SIGINFO the kernel says nothing of a signal but its number: we could neither tell a
 * fault from what was sent, nor send it again as it came. The host does not notice. */
START_TEST(what_came_with_a_signal_is_always_asked_for)
{
    struct sigaction action = {.sa_handler = plain}, told, kernel;

    ck_assert_int_eq(zg_signals_action(SIGUSR1, &action, NULL), 0);
    (void)zg_signals_by(signal, SIGUSR2, plain);
    for (int sig = SIGUSR1; sig <= SIGUSR2; sig += SIGUSR2 - SIGUSR1) {
        ck_assert_int_eq(sigaction(sig, NULL, &kernel), 0);
        ck_assert_int_eq(kernel.sa_flags & SA_SIGINFO, SA_SIGINFO);
        ck_assert_int_eq(zg_signals_action(sig, NULL, &told), 0);
        ck_assert_ptr_eq((void *)told.sa_handler, (void *)plain);
        ck_assert_int_eq(told.sa_flags & SA_SIGINFO, 0);
        calls = in_section = 0;
        zg_critical_enter();
        queue(sig, 1);
        ck_assert_int_eq(calls, 0);
        zg_critical_leave();
        ck_assert_int_eq(calls, 1);
        ck_assert_int_eq(in_section, 0);
    }
}
END_TEST

/* A fault cannot wait. */
START_TEST(a_plain_handler_is_called_for_a_fault_at_once)
{
    struct sigaction action = {.sa_handler = jumping};
    volatile int *nowhere = NULL;

    calls = 0;
    ck_assert_int_eq(zg_signals_action(SIGSEGV, &action, NULL), 0);
    zg_critical_enter();
    if (sigsetjmp(out, 1) == 0)
        *nowhere = 1;
    ck_assert_int_eq(calls, 1);
    zg_critical_leave();
}
END_TEST

/* What a child of vfork installs is not the parent's. */
START_TEST(a_child_that_shares_our_memory_leaves_our_handlers_alone)
{
    struct sigaction action = {.sa_handler = jumping}, now;
    pid_t child;

    install(SIGUSR1, full, 0);
    child = vfork();
    if (child == 0) {
        (void)zg_signals_action(SIGUSR1, &action, NULL);
        _exit(0);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, NULL, &now), 0);
    ck_assert_ptr_eq((void *)now.sa_sigaction, (void *)full);
    queue(SIGUSR1, 5);
    ck_assert_int_eq(calls, 1);
}
END_TEST

static int told;

static void last_word(void)
{
    ck_assert_int_eq(write(told, zg_critical.depth == 0 ? "w" : "s", 1), 1);
}

/* Nor is a signal that the host does not handle: the process ends behind the section, after the
 * last work, and by that signal. */
START_TEST(the_end_by_a_signal_waits_for_the_end_of_the_section)
{
    char words[8] = "";
    int ends[2], status;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    told = ends[1];
    child = fork();
    if (child == 0) {
        zg_signals_after_fork();
        (void)signal(SIGHUP, SIG_DFL);
        zg_signals_at_end(last_word);
        zg_signals_watch_end();
        zg_critical_enter();
        raise(SIGHUP); /* Check handles the others */
        ck_assert_int_eq(write(told, "b", 1), 1);
        zg_critical_leave();
        _exit(1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    ck_assert_int_eq(read(ends[0], words, sizeof(words)), 2);
    ck_assert_str_eq(words, "bw");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static volatile int watched_info;

static void watcher(int sig, siginfo_t *info, void *context)
{
    (void)context;
    watched_info = info->si_value.sival_int;
    plain(sig);
}

static void kernel_has(int sig, const void *handler)
{
    struct sigaction kernel;

    ck_assert_int_eq(sigaction(sig, NULL, &kernel), 0);
    ck_assert_ptr_eq((void *)kernel.sa_sigaction, handler);
}

/* The host sees SIG_DFL, with the flags that it set, and has what it installs. */
START_TEST(a_watcher_stands_where_the_host_has_the_default)
{
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_RESTART};
    struct sigaction before = {.sa_flags = 1}, now = {.sa_flags = 1};

    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &before), 0);
    zg_signals_watch(SIGUSR1, watcher);
    kernel_has(SIGUSR1, watcher);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, NULL, &now), 0);
    ck_assert_ptr_eq((void *)now.sa_handler, (void *)before.sa_handler);
    ck_assert_int_eq(now.sa_flags, before.sa_flags);
    ck_assert_mem_eq(&now.sa_mask, &before.sa_mask, 8);
    calls = 0;
    queue(SIGUSR1, 3);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(watched_info, 3);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, plain), (void *)SIG_DFL);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, SIG_DFL), (void *)plain);
    kernel_has(SIGUSR1, watcher);
    ck_assert_ptr_eq((void *)zg_signals_by(signal, SIGUSR1, SIG_IGN), (void *)SIG_DFL);
    kernel_has(SIGUSR1, (void *)SIG_IGN);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, &action, &now), 0);
    ck_assert_ptr_eq((void *)now.sa_handler, (void *)SIG_IGN);
    kernel_has(SIGUSR1, watcher);
    ck_assert_int_eq(zg_signals_action(SIGUSR1, NULL, &now), 0);
    ck_assert_ptr_eq((void *)now.sa_handler, (void *)SIG_DFL);
    ck_assert_int_eq(now.sa_flags & SA_RESTART, SA_RESTART);
}
END_TEST

START_TEST(a_watcher_leaves_what_the_host_has_installed)
{
    install(SIGUSR1, full, 0);
    zg_signals_watch(SIGUSR1, watcher);
    queue(SIGUSR1, 7);
    ck_assert_int_eq(value, 7);
    (void)zg_signals_by(signal, SIGUSR2, SIG_IGN);
    zg_signals_watch(SIGUSR2, watcher);
    kernel_has(SIGUSR2, (void *)SIG_IGN);
}
END_TEST

static void passing(int sig, siginfo_t *info, void *context)
{
    (void)context;
    zg_signals_pass(sig, info);
}

/* What it does by default it does, to the process and not later. */
START_TEST(a_watcher_lets_the_signal_do_what_it_does)
{
    zg_signals_watch((int)_i, passing);
    raise((int)_i);
    _exit(0);
}
END_TEST

static struct zg_lock lock;
static volatile uint64_t count;

static void *contend(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20000; i++) {
        zg_lock_acquire(&lock);
        count++;
        zg_lock_release(&lock);
    }
    return NULL;
}

/* Handlers that leave by a jump take no lock along, whatever they interrupt. */
START_TEST(no_lock_is_taken_along_by_a_jump)
{
    struct itimerval every = {.it_interval.tv_usec = 100, .it_value.tv_usec = 100};
    struct itimerval never = {.it_interval.tv_usec = 0};
    struct sigaction action = {.sa_handler = jumping};
    pthread_t other;
    sigset_t alarm;

    calls = in_section = 0;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    ck_assert_int_eq(pthread_create(&other, NULL, contend, NULL), 0);
    ck_assert_int_eq(zg_signals_action(SIGALRM, &action, NULL), 0);
    setitimer(ITIMER_REAL, &every, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    (void)sigsetjmp(out, 1);
    while (calls < 500) {
        zg_lock_acquire(&lock);
        count++;
        zg_lock_release(&lock);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    pthread_join(other, NULL);
    ck_assert_int_eq(in_section, 0);
    ck_assert_uint_eq(zg_critical.depth, 0);
    zg_lock_acquire(&lock);
    zg_lock_release(&lock);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("signals");

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_signal_waits_for_the_end_of_the_section);
    tcase_add_test(tc, none_is_lost_and_none_comes_twice);
    tcase_add_test(tc, a_handler_for_one_signal_only_is_called_for_one_that_waited);
    tcase_add_test(tc, what_was_installed_is_told);
    tcase_add_test(tc, a_signal_is_held_and_let_go);
    tcase_add_test(tc, what_came_with_a_signal_is_always_asked_for);
    tcase_add_test(tc, a_plain_handler_is_called_for_a_fault_at_once);
    tcase_add_test(tc, a_child_that_shares_our_memory_leaves_our_handlers_alone);
    tcase_add_test(tc, the_end_by_a_signal_waits_for_the_end_of_the_section);
    tcase_add_test(tc, a_watcher_stands_where_the_host_has_the_default);
    tcase_add_test(tc, a_watcher_leaves_what_the_host_has_installed);
    tcase_add_loop_test_raise_signal(tc, a_watcher_lets_the_signal_do_what_it_does, SIGTERM,
                                     SIGTERM, SIGTERM + 1);
    tcase_add_loop_test_raise_signal(tc, a_watcher_lets_the_signal_do_what_it_does, SIGSEGV,
                                     SIGSEGV, SIGSEGV + 1);
    tcase_add_test(tc, no_lock_is_taken_along_by_a_jump);
    return run_suite("signals", tc);
}
