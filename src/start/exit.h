/* SPDX-License-Identifier: MPL-2.0 */
/* The end of the process. */
#ifndef ZG_START_EXIT_H
#define ZG_START_EXIT_H

/* The last work, once: reports what is open (leaked-socket) and looks at the files of ipc endpoints
 * a last time; prints the exit summary when options ask for it; with require=1 and nothing
 * intercepted ends the process with status 99. Called by the guard's destructor. */
void zg_exit_last(void);
/* The process has begun: what is asked for at the end is done in a Go program too (start/go.h). */
void zg_exit_prepare(void);
/* The process uses libzmq: what is asked for at the end is done also when it is ended by a signal
 * (host/signals.h). */
void zg_exit_watch(void);

#endif
