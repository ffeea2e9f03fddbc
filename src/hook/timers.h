/* SPDX-License-Identifier: MPL-2.0 */
/* Making timer sets and pollers for a copy of libzmq that the caller named (dlsym on its handle).
 */
#ifndef ZG_HOOK_TIMERS_H
#define ZG_HOOK_TIMERS_H

#include "host/lib.h"

/* lib NULL: the copy that the caller means. */
void *zg_hook_timers_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame);
void *zg_hook_poller_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame);

#endif
