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

ZG_EXPORT zg_signals_handler signal(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_by(ZG_REAL_LIBC(signal), signal, handler);
}

ZG_EXPORT zg_signals_handler bsd_signal(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_by(ZG_REAL_LIBC(bsd_signal), signal, handler);
}

ZG_EXPORT zg_signals_handler ssignal(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_by(ZG_REAL_LIBC(ssignal), signal, handler);
}

ZG_EXPORT zg_signals_handler sysv_signal(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_by(ZG_REAL_LIBC(sysv_signal), signal, handler);
}

ZG_EXPORT zg_signals_handler __sysv_signal(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_by(ZG_REAL_LIBC(__sysv_signal), signal, handler);
}

ZG_EXPORT zg_signals_handler sigset(int signal, zg_signals_handler handler)
{
    zg_fork_look();
    return zg_signals_set(signal, handler);
}
