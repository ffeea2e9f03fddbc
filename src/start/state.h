/* SPDX-License-Identifier: MPL-2.0 */
/* What the guard found to work with: verbosity=2. */
#ifndef ZG_START_STATE_H
#define ZG_START_STATE_H

/* Once, with the first call into libzmq: a line for each copy of libzmq with the functions that it
 * lacks, one for libc, one for stacks, the fence and the policy. */
void zg_state_print(void);

#endif
