/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dlsym and dlopen. The real ones look at their return address (RTLD_NEXT, RTLD_DEFAULT, the
 * caller's RUNPATH and namespace), so the exported functions are a few instructions of assembly
 * (dl_x86_64.S, dl_aarch64.S) that ask one of these where to go and jump there with the caller's
 * frame and arguments as they were.
 */
#ifndef ZG_HOOK_DL_H
#define ZG_HOOK_DL_H

#include "host/lib.h"

zg_function *zg_dlsym_route(void *handle, const char *name, uintptr_t caller);
zg_function *zg_dlopen_route(const char *file, int flags, uintptr_t caller);

/* Is another thread inside of a dlopen? It may be running a constructor that waits for this one:
 * what takes the loader's lock had better be done later. */
bool zg_dl_is_busy_elsewhere(void);

#endif
