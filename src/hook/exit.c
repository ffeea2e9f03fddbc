/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Ends of the process by which no destructor runs. A report that another thread is in is let come
 * to its end first, as at exit(): what is wrong does not end with status 0. glibc's exit() and
 * quick_exit() do not come to _exit() by way of its symbol.
 */
#include <stdlib.h>
#include <unistd.h>

#include "host/fork.h"
#include "host/libc.h"
#include "report/finding.h"
#include "track/crash.h"

static void settle(void)
{
    zg_fork_look();
    if (zg_fork_is_borrowed()) /* whose reports are its parent's */
        return;
    zg_crash_wait();
    zg_findings_settle(ZG_REPORT_END_NS);
}

/* Async-signal-safe, as these are. */
ZG_EXPORT void _exit(int status)
{
    settle();
    ZG_REAL_LIBC(_exit)(status);
    __builtin_unreachable();
}

ZG_EXPORT void _Exit(int status)
{
    settle();
    ZG_REAL_LIBC(_Exit)(status);
    __builtin_unreachable();
}

/* What at_quick_exit() named may take longer than a report, and make others: those are cut. */
ZG_EXPORT void quick_exit(int status)
{
    settle();
    ZG_REAL_LIBC(quick_exit)(status);
    __builtin_unreachable();
}
