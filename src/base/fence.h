/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An asymmetric fence. The frequent side pays a compiler barrier, the rare side a membarrier(2),
 * which makes every running thread of the process execute a full fence.
 *
 *   frequent:  A = 1; zg_fence_light(); read B
 *   rare:      B = 1; zg_fence_heavy(); read A          not both read the old value
 *
 * Where the kernel or a seccomp filter does not give membarrier, both sides take a full fence.
 * Same construction as liburcu's urcu-memb.
 */
#ifndef ZG_BASE_FENCE_H
#define ZG_BASE_FENCE_H

#include "base/compiler.h"

/* Written once by zg_fence_init(), before the process has a second thread that uses it. */
extern ZG_HIDDEN bool zg_fence_asymmetric;

/* Registers the process for private expedited membarriers; falls back when that fails. Call again
 * in a child after fork: registration is inherited, but a filter may have been added since. */
void zg_fence_init(void);

/* Registers alone. With a second thread in the process the kernel waits for every processor before
 * it returns, some 10 ms (kernel/sched/membarrier.c: membarrier_register_private_expedited), so
 * call it before the first thread where that is created before zg_fence_init(). Costs nothing when
 * it was called before. */
void zg_fence_register(void);

/* Pairs with zg_fence_heavy(). */
ZG_INLINE void zg_fence_light(void)
{
    if (zg_likely(zg_fence_asymmetric))
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    else
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Pairs with every zg_fence_light() of the process. About 1 us. */
void zg_fence_heavy(void);

#endif
