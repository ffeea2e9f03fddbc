/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A libzmq that was linked statically into a program or a plugin. The loader binds no call to it
 * (or not all), so jumps to the guard's hooks are written over the entries of its functions
 * (host/entry.h). Its functions and its own code are known by the object's symbols
 * (host/zmq_symbols.h).
 *
 * An object is left alone, as it is, whenever anything about it is not certain.
 */
#ifndef ZG_HOST_EMBEDDED_H
#define ZG_HOST_EMBEDDED_H

#include "host/lib.h"
#include "host/objects.h"

/* Does the object import what every libzmq calls in libc, and was not looked through in vain
 * before? The rest need no look at their files. One call at a time. */
bool zg_embedded_is_likely(const struct zg_object *object, const struct zg_elf *elf);

/*
 * Completes the record of an object's copy: functions, ranges, guarded, why. `lib->own` holds what
 * the object exports. fresh: the object came with this thread's dlopen or with the process, so that
 * no other thread can be in it. True when calls to the copy reach the guard. Call it while the
 * object cannot be unmapped; one at a time.
 */
bool zg_embedded_guard(struct zg_lib *lib, const struct zg_object *object, const struct zg_elf *elf,
                       bool fresh);
/* Are the jumps that were written still there? */
bool zg_embedded_is_intact(const struct zg_lib *lib);
/* Gives back what a record that will serve another object has mapped; keeps its ranges' memory. */
void zg_embedded_forget(struct zg_lib *lib);

#endif
