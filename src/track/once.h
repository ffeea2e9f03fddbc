/* SPDX-License-Identifier: MPL-2.0 */
/* Run-once functions, POSIX and C11: whoever ran it releases, all that return acquire. */
#ifndef ZG_TRACK_ONCE_H
#define ZG_TRACK_ONCE_H

#include "track/edge.h"

/* What this thread is about to run once, innermost first: the real function takes a routine
 * without an argument. Always in place, even before the first socket: the routine may make it. */
struct zg_once {
    void (*routine)(void);
    const void *control;
    uintptr_t caller;
    struct zg_once *outer;
};

/* Around the real function. once lives in the hook's frame; its outer is written here. The end is
 * called by cleanup, for routines may throw or be cancelled. Neither blocks. */
void zg_once_begin(struct zg_once *once);
void zg_once_end(struct zg_once *once);
/* To be given to the real function instead of the routine. */
void zg_once_run(void);

#endif
