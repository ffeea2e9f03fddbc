/* SPDX-License-Identifier: MPL-2.0 */
/* The memory of a running process, read without stopping it: process_vm_readv(2). */
#ifndef ZG_CLI_REMOTE_H
#define ZG_CLI_REMOTE_H

#include <limits.h>
#include <sys/types.h>

#include "base/compiler.h"

struct zg_remote {
    pid_t pid;
    char guard[PATH_MAX]; /* its libzmqguard.so, as the process names it */
    uintptr_t guard_base; /* where that is loaded */
};

/* Finds the guard in the process. NULL, or a sentence why not, in static storage. */
const char *zg_remote_open(struct zg_remote *r, pid_t pid);
/* The address of a symbol of the guard's; 0 when it has none of that name. */
uintptr_t zg_remote_symbol(const struct zg_remote *r, const char *name);
/* All of it, or false (errno says why). */
bool zg_remote_read(const struct zg_remote *r, const void *from, void *to, size_t size);
/* The object that maps the address: its path, and the address as in the file. False: none. */
bool zg_remote_object(const struct zg_remote *r, uintptr_t address, char path[PATH_MAX],
                      uint64_t *offset);

#endif
