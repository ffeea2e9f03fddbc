/* SPDX-License-Identifier: MPL-2.0 */
/* Names as their authors wrote them: C++ (Itanium ABI), Rust. */
#ifndef ZG_CLI_DEMANGLE_H
#define ZG_CLI_DEMANGLE_H

/* The readable name, or a copy of the symbol when it is none that we can read. Freed by the
 * caller. C++ needs libstdc++.so.6, which is opened when first wanted. */
char *zg_demangle(const char *symbol);

/* For zg_demangle(): NULL when the symbol is not of that language. Freed by the caller. */
char *zg_demangle_rust_legacy(const char *symbol);
char *zg_demangle_rust(const char *symbol); /* "_R…" */

#endif
