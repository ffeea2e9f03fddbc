/* SPDX-License-Identifier: MPL-2.0 */
/* Making contexts for a copy of libzmq that the caller named (dlsym on its handle). */
#ifndef ZG_HOOK_CONTEXT_H
#define ZG_HOOK_CONTEXT_H

#include "track/call.h"

/* lib NULL: the copy that the caller means. */
void *zg_hook_ctx_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame);
void *zg_hook_init(const struct zg_lib *lib, int io_threads, uintptr_t caller, uintptr_t frame);

#endif
