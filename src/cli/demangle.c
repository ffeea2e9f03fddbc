/* SPDX-License-Identifier: MPL-2.0 */
/* Readable names of C++, Rust and D functions, by libiberty. */
#include "cli/demangle.h"

#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

#if __has_include(<libiberty/demangle.h>)
#include <libiberty/demangle.h>
#else /* Fedora has the library alone */
#define DMGL_PARAMS (1 << 0)
#define DMGL_ANSI   (1 << 1)
#define DMGL_AUTO   (1 << 8)
#define DMGL_DLANG  (1 << 16)
char *cplus_demangle(const char *mangled, int options);
#endif

char *zg_demangle(const char *symbol)
{
    /* DMGL_AUTO tries Rust, both manglings, then C++; names of D only where asked for. */
    int style = zg_str_starts(symbol, "_D") ? DMGL_DLANG : DMGL_AUTO;
    char *name = cplus_demangle(symbol, DMGL_PARAMS | DMGL_ANSI | style);

    return name != NULL ? name : zg_cli_copy(symbol);
}
