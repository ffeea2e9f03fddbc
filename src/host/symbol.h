/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Names of functions, found in this process without help: in the symbol tables of the object's
 * file if it is still the file that was loaded (same build-id), else in what the loader mapped.
 */
#ifndef ZG_HOST_SYMBOL_H
#define ZG_HOST_SYMBOL_H

#include "host/objects.h"

/*
 * The function of the object that the pc lies in: its mangled name, cut to cap - 1 bytes, and how
 * far into it the pc is. False when no symbol covers the pc. For a return address ask for the
 * address less one. Reads the file with pread (a file that shrinks meanwhile does no harm), and
 * memory, when the file is not there, by process_vm_readv (an object may be unmapped meanwhile).
 * Takes no lock, neither ours nor the loader's. Allocates nothing.
 */
bool zg_symbol_at(const struct zg_object *object, uintptr_t pc, char *name, size_t cap,
                  uint64_t *offset);

/* Opens the object's file if it is the one that was loaded: a descriptor, or negative. */
int zg_symbol_open(const struct zg_object *object);
/* The same of another file with the object's build-id: its separate debug file. */
int zg_symbol_open_path(const struct zg_object *object, const char *path);

#endif
