/* SPDX-License-Identifier: MPL-2.0 */
/* Which copy of libzmq a caller means, by the loader's scopes. */
#ifndef ZG_HOST_SCOPE_H
#define ZG_HOST_SCOPE_H

#include "host/lib.h"

struct zg_object;

/*
 * The copy that a call made from `caller` means, as the loader would have bound it without us:
 * next in the global scope, else the caller's own scope, else the first that was loaded. With one
 * copy in the process no lock of the loader's but that of its list is taken; with several it may
 * be: call it without a lock of ours. NULL when there is none; that is never remembered, since a
 * libzmq can arrive later. errno is left alone.
 */
const struct zg_lib *zg_lib_for_caller(uintptr_t caller);
/* The same without the last resort: NULL when no scope of the caller's leads to a libzmq. */
const struct zg_lib *zg_lib_in_scope(uintptr_t caller);

/*
 * Calls from this object go to `lib`, or, when that is NULL, to its own scope before the global
 * one: it was opened with RTLD_DEEPBIND. Kept for a bounded number of objects.
 */
void zg_lib_bind_object(const struct zg_object *object, const struct zg_lib *lib);

/* For a child after fork: locks are free again. */
void zg_lib_bindings_after_fork(void);

#endif
