/* SPDX-License-Identifier: MPL-2.0 */
/* The rare side of the asymmetric fence. */
#include "base/fence.h"

#include <linux/membarrier.h>

#include "base/sys.h"

bool zg_fence_asymmetric;

void zg_fence_register(void)
{
    (void)zg_sys2(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
}

void zg_fence_init(void)
{
    long can = zg_sys2(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0);

    zg_fence_asymmetric =
        can > 0 && (can & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
        zg_sys2(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0) == 0 &&
        zg_sys2(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) == 0;
}

void zg_fence_heavy(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (zg_fence_asymmetric)
        (void)zg_sys2(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
}
