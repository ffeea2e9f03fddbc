/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A libzmq that dlmopen loaded into a link-map namespace of its own. There everything is bound to
 * another libc, so that no call reaches the guard; it is only looked for, to be told of.
 */
#ifndef ZG_HOST_NAMESPACE_H
#define ZG_HOST_NAMESPACE_H

#include "base/compiler.h"

/* A dlmopen was called that may load something. Atomic, any thread. */
void zg_namespace_expect(void);
/* Was one called since the last zg_namespace_each()? */
bool zg_namespace_is_due(void);

/*
 * Visits the files of code that is mapped outside of this namespace and holds a libzmq, under any
 * name once a dlmopen was called, else one that is called libzmq. A file may be visited twice. The
 * path is valid during the visit. Reads /proc/self/maps, and the memory by the kernel, since
 * another thread may unmap it. May take the loader's list lock: call it without a lock of ours, and
 * not while another thread is inside of a dlopen, whose files are mapped before they are listed.
 */
void zg_namespace_each(void (*visit)(const char *path));

#endif
