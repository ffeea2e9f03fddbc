/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Synchronisation that no preload can see: runtimes and libraries whose locks are futex calls and
 * atomics of their own, and interpreters whose global lock orders whatever their threads do. Beside
 * one of them "nothing orders the two calls" proves nothing.
 *
 * Objects are recognised by their names, symbols, notes and constants (host/opaque.def), and by the
 * futex system call in their code; whatever they import of libzmq, since a lock of one library
 * orders the calls of another. What orders only itself does not count: libc, libstdc++ (its futures
 * and the guards of function statics are hooked), allocators, sanitizers, libzmq.
 */
#ifndef ZG_HOST_OPAQUE_H
#define ZG_HOST_OPAQUE_H

#include "host/objects.h"

/*
 * NULL: no such object is loaded. Else what was found and where, "QMutex in /usr/bin/x", which
 * stays valid; once found it is so for good. For verdicts and summaries: looks at the objects that
 * were loaded since, which can take milliseconds and the loader's list lock. Call it without a
 * lock of ours.
 */
const char *zg_opaque_found(void);
/* Does the object, which is mapped, hold Go's runtime? */
bool zg_opaque_is_go(const struct zg_object *o);

#endif
