/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whose code a frame is, as far as names and paths tell. Reports lead with the reader's own code
 * and fold the rest. Pure functions on texts, for the library and for the command.
 */
#ifndef ZG_REPORT_CODE_H
#define ZG_REPORT_CODE_H

#include "base/compiler.h"

/* Of a frame; texts are "" where unknown, never NULL. */
struct zg_code {
    const char *function; /* demangled, or the symbol */
    const char *file;     /* of the source */
    const char *module;   /* path of the loaded object */
    bool is_script;       /* a frame of an interpreted language: file alone counts */
    bool is_program;      /* module is the program itself, wherever it is installed */
};

/* libzmq, and what stands between it and its callers: cppzmq, CZMQ, pyzmq. */
bool zg_code_is_binding(const struct zg_code *c);
/* That, or a library, a language's runtime or framework: not what the reader wrote. */
bool zg_code_is_library(const struct zg_code *c);

#endif
