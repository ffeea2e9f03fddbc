/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Results of std::promise, std::packaged_task and std::async that libstdc++ (since GCC 5) keeps.
 *
 * Who sets one runs std::call_once() on a flag in the shared state: that is seen. Who gets one that
 * is there already looks at an atomic and calls nothing. So all that was done before any result was
 * set may count as known to whoever needs it: an edge too many, never one too few. The same holds
 * for function statics (hook/static.c).
 */
#ifndef ZG_TRACK_PROMISE_H
#define ZG_TRACK_PROMISE_H

#include "track/call.h"

/* This thread has run what was to be run once, by control, and may have made a result by it. */
void zg_promise_set(const void *control, uintptr_t caller);
/* This thread has initialised a function static of C++, which has the same way of being known. */
void zg_promise_made(uintptr_t caller);
/* Can the caller have it from a result that the owner's last use happened before the call? */
bool zg_promise_orders(const struct zg_call *call, const struct zg_prior *prior);

#endif
