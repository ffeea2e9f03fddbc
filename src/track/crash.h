/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The moment in which libzmq aborts its process: what it said, which socket, who used that last.
 */
#ifndef ZG_TRACK_CRASH_H
#define ZG_TRACK_CRASH_H

#include "track/call.h"

/* The line that libzmq printed in this thread; cut to what fits. */
void zg_crash_note_words(const char *format, __builtin_va_list args);
/* libzmq calls abort() from `caller`: reports, and returns, whatever happens. When another thread
 * is at it already, waits until that has reported, ten seconds at most. */
void zg_crash_report(uintptr_t caller, uintptr_t frame);
/* Around the question whether a signal that ends the process is libzmq's crash. When it is, and no
 * other thread reports one, the second says true: this thread shall. */
void zg_crash_look_begins(void);
bool zg_crash_look_ends(bool is_crash);
/* Then: reports it as thread t's, inside of libzmq; said is what signal it was. */
void zg_crash_report_signal(struct zg_thread *t, zg_stack_id stack, const char *said);
/* Is or was it this thread that reported? The signal of its abort() is no news then. */
bool zg_crash_is_mine(void);
/* When another thread is reporting, or asks whether it should: waits for that, and for the end that
 * it brings the process; ten seconds and one at most. */
void zg_crash_wait(void);
void zg_crash_after_fork(void);

#endif
