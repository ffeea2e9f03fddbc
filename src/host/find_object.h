/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The program headers of the object that maps an address, as dl_iterate_phdr() would give them, but
 * without the lock that this takes: by _dl_find_object(), with which libgcc does the same for
 * exceptions (glibc 2.35).
 */
#ifndef ZG_HOST_FIND_OBJECT_H
#define ZG_HOST_FIND_OBJECT_H

#include <link.h>

#include "base/compiler.h"

/* After zg_libc_init(). */
bool zg_find_object_works(void);
/* False: no object maps the address, or its headers are not where its file begins. The object must
 * not be unmapped meanwhile: one of the thread's own stack. Without dlpi_adds, dlpi_subs and what
 * is of TLS. Async-signal-safe. */
bool zg_find_object(uintptr_t address, struct dl_phdr_info *info);

#endif
