/* SPDX-License-Identifier: MPL-2.0 */
/* Installing signal handlers: host/signals.h. */
#include "host/fork.h"
#include "host/libc.h"
#include "host/signals.h"

zg_signals_handler bsd_signal(int signal, zg_signals_handler handler); /* newer headers lack it */

ZG_EXPORT int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    zg_fork_look(); /* a child has handlers of its own from now on */
    return zg_signals_action(signal, action, old);
}

#define INSTALL_BY(function)                                                                       \
    ZG_EXPORT zg_signals_handler function(int signal, zg_signals_handler handler)                  \
    {                                                                                              \
        zg_fork_look();                                                                            \
        return zg_signals_by(ZG_REAL_LIBC(function), signal, handler);                             \
    }

INSTALL_BY(signal)
INSTALL_BY(bsd_signal)
INSTALL_BY(ssignal)
INSTALL_BY(sysv_signal)
INSTALL_BY(__sysv_signal)

ZG_EXPORT zg_signals_handler sigset(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_set(signal, handler);
}
