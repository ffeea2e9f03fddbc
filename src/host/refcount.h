/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Objects that are closed by whoever drops the last reference: std::shared_ptr and its kin. The
 * count is an atomic of the program's own, which orders the last drop after all others and shows
 * in no call; but the function that counts down is the one that closes, by others, and so stands in
 * the stack of the close.
 */
#ifndef ZG_HOST_REFCOUNT_H
#define ZG_HOST_REFCOUNT_H

#include "host/stack.h"

/*
 * Does one of the innermost functions of the stack count something down by an atomic operation,
 * itself or in a function that it calls directly, or that one? By its code; where a function
 * begins is told by its object's unwind table, and without one the answer is no. For verdicts.
 * Lock-free. The objects are as of the last zg_objects_refresh(), and may not be unloaded: the
 * stack is that of the calling thread.
 */
bool zg_refcount_is_in(zg_stack_id stack);

#endif
