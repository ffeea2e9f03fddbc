/* SPDX-License-Identifier: MPL-2.0 */
/* Making and ending timer sets and pollers, for their hooks. */
#ifndef ZG_TRACK_OBJECT_H
#define ZG_TRACK_OBJECT_H

#include "track/call.h"

/* Makes a record of the object that the real function returned (NULL: none). Returns object. */
void *zg_object_made(struct zg_call *call, enum zg_object_what what, void *object);
/* Before and after the real function that ends the object of the call. */
void zg_object_ending(struct zg_call *call);
void zg_object_ended(struct zg_call *call);

/* What the guard knows the object by, in place of a socket's handle: its address may be that of a
 * closed socket, whose handle is used by mistake, or the other way round. 0 for NULL. */
ZG_INLINE uintptr_t zg_object_key(const void *object, enum zg_object_what what)
{
    return object != NULL ? (uintptr_t)object | (uintptr_t)what : 0;
}

/* Of the object that the pointer leads to: libzmq's functions that end one take such a pointer. 0
 * for a NULL pointer, which libzmq refuses by itself. */
ZG_INLINE uintptr_t zg_object_key_at(void **object, enum zg_object_what what)
{
    return object != NULL ? zg_object_key(*object, what) : 0;
}

#endif
