/* SPDX-License-Identifier: MPL-2.0 */
/* Names as their authors wrote them. */
#ifndef ZG_CLI_DEMANGLE_H
#define ZG_CLI_DEMANGLE_H

/* The readable name of a C++ (Itanium ABI), Rust or D symbol, or a copy of the symbol when it is
 * none. Freed by the caller. */
char *zg_demangle(const char *symbol);

#endif
