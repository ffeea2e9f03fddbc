/* SPDX-License-Identifier: MPL-2.0 */
/* Makes timer sets and pollers by a given copy of libzmq: the one on whose handle dlsym() was
 * called.
 */
#ifndef ZG_HOOK_TIMERS_H
#define ZG_HOOK_TIMERS_H

#include "host/lib.h"

/* lib: NULL for the copy that the caller is bound to. */
void *zg_hook_timers_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame);
void *zg_hook_poller_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame);

#endif
