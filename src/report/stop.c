/* SPDX-License-Identifier: MPL-2.0 */
/* Ends the process by SIGABRT or exit_group(2), without libc. */
#include "report/stop.h"

#include <signal.h>
#include <stdlib.h>

#include "base/sys.h"

static void raise_abort(void)
{
    uint64_t set = (uint64_t)1 << (SIGABRT - 1);

    (void)zg_sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof(set));
    (void)zg_sys3(SYS_tgkill, zg_sys_getpid(), zg_sys_gettid(), SIGABRT);
}

void zg_stop_exit(int status)
{
    for (;;)
        (void)zg_sys1(SYS_exit_group, status);
}

void zg_stop_abort(void)
{
    /* The kernel's struct sigaction (handler, flags, restorer, mask) with SIG_DFL in it. */
    static const uint64_t by_default[4];

    raise_abort();
    (void)zg_sys4(SYS_rt_sigaction, SIGABRT, by_default, NULL, sizeof(uint64_t));
    raise_abort();
    zg_stop_exit(128 + SIGABRT); /* SIGABRT does not end the first process of a namespace */
}
