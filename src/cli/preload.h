/* SPDX-License-Identifier: MPL-2.0 */
/* Where libzmqguard.so is, and the LD_PRELOAD that brings it into a program. */
#ifndef ZG_CLI_PRELOAD_H
#define ZG_CLI_PRELOAD_H

#include "cli/elf.h"

#define ZG_PRELOAD_NAME "libzmqguard.so"

/*
 * The library: next to this command (a build tree), in ../lib, ../lib64 or ../lib/MACHINE-linux-gnu
 * of it (installed), else in the directory given at build time. 0, or -ZG_ENOENT.
 */
int zg_preload_find(char path[PATH_MAX]);

/*
 * LD_PRELOAD with the guard in it: first, but after a sanitizer's runtime, which insists on being
 * first itself; what `old` names stays, in its order. A runtime that the program needs but `old`
 * does not name is put in front. Freed by the caller. `elf` may be NULL.
 */
char *zg_preload_list(const char *old, const char *guard, const struct zg_elf *elf);

/* Is the text a sanitizer's runtime: libasan.so.8, libclang_rt.tsan-x86_64.so, … */
bool zg_preload_is_sanitizer(const char *path, size_t len);

#endif
