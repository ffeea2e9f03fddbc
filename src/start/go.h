/* SPDX-License-Identifier: MPL-2.0 */
/* The end of a Go program. */
#ifndef ZG_START_GO_H
#define ZG_START_GO_H

/*
 * Go's runtime ends the process by a system call of its own when main returns and in os.Exit, so
 * that no destructor runs. In a program of Go's that is linked with libzmq a jump is written over
 * the entry of that function, runtime.exit (host/entry.h); it then does what is to be done at the
 * end (zg_exit_last()) on a stack of ours before it ends the process. Nothing is changed in another
 * program, in one without symbols, and with embedded=off. Once, while there is one thread.
 */
void zg_go_watch(void);

#endif
