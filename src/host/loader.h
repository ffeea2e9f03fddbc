/* SPDX-License-Identifier: MPL-2.0 */
/* Who is inside of a dlopen at this moment. */
#ifndef ZG_HOST_LOADER_H
#define ZG_HOST_LOADER_H

#include "base/compiler.h"

/* Around the real dlopen, in the thread that calls it. May be nested; leave also when a constructor
 * threw. Async-signal-safe. */
void zg_loader_enter(void);
void zg_loader_leave(void);
/* Is another thread inside of a dlopen? What it loads may run already. */
bool zg_loader_is_opening_elsewhere(void);
/* Is another thread inside of a dlopen, or of dl_iterate_phdr()? It may be running a constructor or
 * a function that waits for this one: what takes the loader's locks had better be done later. */
bool zg_loader_is_busy_elsewhere(void);

#endif
