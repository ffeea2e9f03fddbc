/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The other way in which libzmq ends its process: by a signal. Corrupted memory makes it fault, or
 * makes malloc() abort, before one of its assertions notices.
 */
#ifndef ZG_TRACK_FAULT_H
#define ZG_TRACK_FAULT_H

/* Watches SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT where the host leaves them to the kernel
 * (host/signals.h), unless libzmq-assert is off. Once, when the process uses libzmq. */
void zg_fault_watch(void);

#endif
