/* SPDX-License-Identifier: MPL-2.0 */
/* Ending the process after an error. No lock of the guard's may be held. */
#ifndef ZG_REPORT_STOP_H
#define ZG_REPORT_STOP_H

#include "base/compiler.h"

/* SIGABRT in this thread: the application's handler runs, and when it returns the process still
 * dies of it, as by abort(3). But not in libc, whose lock a handler's own abort() would wait for.
 */
__attribute__((noreturn)) void zg_stop_abort(void);
/* exit_group(2): no atexit handler or destructor of a program that is half-way in a breach. */
__attribute__((noreturn)) void zg_stop_exit(int status);

#endif
