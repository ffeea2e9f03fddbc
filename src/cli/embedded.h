/* SPDX-License-Identifier: MPL-2.0 */
/* Decides in advance what the guard will do with a libzmq that is linked into a file. */
#ifndef ZG_CLI_EMBEDDED_H
#define ZG_CLI_EMBEDDED_H

#include "host/lib.h"

struct zg_embedded_verdict {
    enum zg_guarded guarded;
    unsigned patched; /* functions that get a jump */
    char why[200];    /* what is not guarded of it and why, or "" */
};

/* is_program: its own definitions come before any preload's. Runs nothing of the file. */
void zg_embedded_judge(const char *path, bool is_program, struct zg_embedded_verdict *verdict);

#endif
