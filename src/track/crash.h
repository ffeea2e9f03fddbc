/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The moment in which libzmq aborts its process: what it said, which socket, who used that last.
 */
#ifndef ZG_TRACK_CRASH_H
#define ZG_TRACK_CRASH_H

#include "track/call.h"

/* The line that libzmq printed in this thread; cut to what fits. */
void zg_crash_note_words(const char *format, __builtin_va_list args);
/* libzmq calls abort() from `caller`: reports, and returns, whatever happens. It waits for another
 * thread's report at most as long as that takes to write. */
void zg_crash_report(uintptr_t caller, uintptr_t frame);

#endif
