/* SPDX-License-Identifier: MPL-2.0 */
/* From an offset in a module to functions, files and lines, by elfutils' libdwfl. */
#ifndef ZG_CLI_SYMBOLS_H
#define ZG_CLI_SYMBOLS_H

#include "base/compiler.h"

struct zg_symbols;

/* What is known of one frame; unknown parts are NULL or 0. Valid until the next lookup. */
struct zg_symbol {
    char *function;  /* demangled */
    char *file;      /* as the compiler recorded it, absolute */
    unsigned line;   /* 1, 2, …; 0 unknown */
    unsigned column; /* 1, 2, …; 0 unknown */
};

#define ZG_SYMBOLS_INLINED 32 /* frames of one address at most */

/*
 * debug_path: colon-separated directories that hold separate debug files, besides
 * /usr/lib/debug; sysroot: put in front of module paths. Either may be NULL. Never fails.
 * debuginfod is asked only where the user has set DEBUGINFOD_URLS.
 */
struct zg_symbols *zg_symbols_new(const char *debug_path, const char *sysroot);
/*
 * The frames at `address` in the module at `path` (an address as in the file: pc minus load bias),
 * inlined ones first, at most ZG_SYMBOLS_INLINED. build_id in hexadecimal: a file with another one
 * is not believed, and a debug file with this one serves where the module is not there; empty: the
 * file is taken as it is. Returns how many; 0 when nothing is known.
 */
size_t zg_symbols_at(struct zg_symbols *s, const char *path, const char *build_id, uint64_t address,
                     const struct zg_symbol **symbols);
void zg_symbols_free(struct zg_symbols *s);

#endif
