/* SPDX-License-Identifier: MPL-2.0 */
/* The addresses of the hooks themselves, for what is answered or patched with them. */
#ifndef ZG_HOOK_ADDRESS_H
#define ZG_HOOK_ADDRESS_H

#include "host/lib.h"

/* Fills the table and gives it to host/patch.h. Part of the start. */
void zg_hook_addresses_init(void);

/*
 * The hook for an operation of this copy of libzmq, as dlsym on a handle shall find it, or NULL.
 * Functions that take a handle of libzmq's find the copy by it; those that make one do not know
 * the copy (their caller may be libffi), so each copy but the global one has its own.
 */
zg_function *zg_hook_addresses_of(uint32_t op, const struct zg_lib *lib);

#endif
