/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dlsym, dlopen and dlmopen. The real ones look at their return address (RTLD_NEXT, RTLD_DEFAULT,
 * the caller's RUNPATH and namespace), so the exported functions are a few instructions of assembly
 * (dl_x86_64.S, dl_aarch64.S) that ask one of these where to go and jump there with the caller's
 * frame and arguments as they were.
 */
#ifndef ZG_HOOK_DL_H
#define ZG_HOOK_DL_H

#include <dlfcn.h>

#include "host/lib.h"

/* Where the exported dlsym, dlopen and dlmopen jump to, with the arguments that they were called
 * with; never NULL. Called from assembly only. Keep errno. */
zg_function *zg_hook_dlsym_route(void *handle, const char *name, uintptr_t caller);
zg_function *zg_hook_dlopen_route(const char *file, int flags, uintptr_t caller);
zg_function *zg_hook_dlmopen_route(Lmid_t namespace, const char *file, int flags, uintptr_t caller);

#endif
