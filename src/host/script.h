/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Frames of interpreted languages. A chain (host/stack.h) can hold them between its addresses, as
 * numbers of places in scripts that are kept here for ever, each once, up to a limit.
 */
#ifndef ZG_HOST_SCRIPT_H
#define ZG_HOST_SCRIPT_H

#include "host/stack.h"

struct zg_script_place {
    const char *function; /* raw text, UTF-8; never NULL */
    const char *file;
    uint32_t line; /* 0 unknown */
};

#define ZG_SCRIPT_PLACES 8192 /* at most */
#define ZG_SCRIPT_TEXT   512  /* bytes of a name at most, with its NUL */

/* A frame for the place, its texts copied; 0 when there is no room. Async-signal-safe. */
uintptr_t zg_script_intern(const char *function, const char *file, uint32_t line);
/* What a frame of which zg_stack_is_script() says; lives for ever. Lock-free. */
const struct zg_script_place *zg_script_place(uintptr_t frame);
void zg_script_after_fork(void);

#endif
