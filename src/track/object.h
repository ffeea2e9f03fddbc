/* SPDX-License-Identifier: MPL-2.0 */
/* What the hooks of timer sets and pollers share: making and ending an owned object. */
#ifndef ZG_TRACK_OBJECT_H
#define ZG_TRACK_OBJECT_H

#include "track/call.h"

/* Records what the real function returned, and returns it. */
void *zg_object_made(struct zg_call *call, enum zg_object_what what, void *object);
/* Around the real function that ends the object of call. */
void zg_object_ending(struct zg_call *call);
void zg_object_ended(struct zg_call *call);

/* libzmq's functions that end such an object take a pointer to the handle; NULL is for libzmq to
 * refuse. */
ZG_INLINE void *zg_object_at(void **handle)
{
    return handle != NULL ? *handle : NULL;
}

#endif
