/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Walking a stack by the rules that were learnt of libunwind: some nanoseconds a frame, no lock,
 * and no system call on the thread's own stack.
 */
#ifndef ZG_HOST_RULES_H
#define ZG_HOST_RULES_H

#include "host/unwind.h"

/*
 * As zg_unwind_walk(), but the chain ends at the first frame without an unwind table (generated
 * code, assembly), where libunwind would guess. False when there is a frame that the rules cannot
 * pass: then the walk is to be begun again with libunwind. Not with walk->sure: then the chain
 * ends there.
 */
bool zg_rules_walk(struct zg_walk *walk, const zg_arch_context *from);
/* The rule of a return address, learnt when it is new. */
struct zg_rule zg_rules_find(uintptr_t ip);
/* Code was unloaded: forgets all rules. */
void zg_rules_flush(void);
void zg_rules_after_fork(void);

#endif
