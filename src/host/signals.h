/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The host's signal handlers. The kernel is given a function of ours in their place, which calls
 * them, but not in the middle of a section of the guard's (base/critical.h). Who asks for the
 * handler is told the host's own.
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
void zg_signals_after_fork(void);

#endif
