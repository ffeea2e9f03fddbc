/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The host's signal handlers. The kernel is given a function of ours in their place, which calls
 * them, but not in the middle of a section of the guard's (base/critical.h). Who asks for the
 * handler is told the host's own.
 *
 * Where the host leaves a signal that ends the process to the kernel (SIG_DFL), another function of
 * ours may be installed: it does what is still to be done and then lets the signal end the process,
 * with the status that it would have had. The host is told SIG_DFL.
 */
#ifndef ZG_HOST_SIGNALS_H
#define ZG_HOST_SIGNALS_H

#include <signal.h>

/* As sigaction(2), by the real function. Async-signal-safe. */
int zg_signals_action(int number, const struct sigaction *action, struct sigaction *old);
/* As signal(3), by one of the real functions of its kind. */
typedef void (*zg_signals_handler)(int number);
typedef zg_signals_handler (*zg_signals_install)(int number, zg_signals_handler handler);
zg_signals_handler zg_signals_by(zg_signals_install real, int number, zg_signals_handler handler);
/* As sigset(3), which also blocks the signal or lets it come. */
zg_signals_handler zg_signals_set(int number, zg_signals_handler handler);
/* In the child of a fork, whose handlers these are from now on. */
void zg_signals_after_fork(void);

/*
 * What is to be done before SIGHUP, SIGINT or SIGTERM ends the process because the host does not
 * handle it: once, in the thread that the signal came to, with all signals blocked. It may raise
 * findings, and so not return. Also in the child of a fork that was not noticed yet.
 */
void zg_signals_at_end(void (*last)(void));
/*
 * From now on that is done. A signal that is ignored stays so (nohup); a program that is started in
 * this one's place finds SIG_DFL; the first process of a PID namespace, which no such signal ends,
 * is left alone. May be called again; async-signal-safe.
 */
void zg_signals_watch_end(void);
/* Called in a handler where the host leaves another signal to the kernel, on the host's alternate
 * stack if it has one, with all signals blocked. It ends by zg_signals_pass(). */
typedef void zg_signals_watcher(int number, siginfo_t *info, void *context);
/* From now on. Nothing in a child of vfork. */
void zg_signals_watch(int number, zg_signals_watcher *watcher);
/* When the watcher has returned, the signal does what it does by default, in the same thread, with
 * the same registers and with all that came with it. */
void zg_signals_pass(int number, const siginfo_t *info);

/* sigwait(3) or one of its kin took this signal, and told the host what came with it, or NULL. If
 * the thread did not block it, as it must, the kernel would have ended the process: so do we. */
void zg_signals_taken(int number, siginfo_t *info);

#endif
