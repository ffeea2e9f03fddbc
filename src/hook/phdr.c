/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dl_iterate_phdr(): while a thread is inside, the loader's list is locked, for good in a child
 * that another thread forks meanwhile. The guard must know of that: host/fork.h. With glibc < 2.35
 * each C++ exception goes this way.
 */
#include <link.h>

#include "host/fork.h"
#include "host/libc.h"

static void leave(const uint32_t *entered)
{
    zg_fork_passer_leave(*entered);
}

/* The callback may throw, and may be cancelled. */
ZG_EXPORT int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg),
                              void *arg)
{
    const uint32_t entered ZG_CLEANUP(leave) = zg_fork_passer_enter();

    return ZG_REAL_LIBC(dl_iterate_phdr)(visit, arg);
}
