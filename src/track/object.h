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

/* The handle that the pointer leads to: libzmq's functions that end such an object take one. NULL
 * for a NULL pointer, which libzmq refuses by itself. */
ZG_INLINE void *zg_object_at(void **handle)
{
    return handle != NULL ? *handle : NULL;
}

#endif
