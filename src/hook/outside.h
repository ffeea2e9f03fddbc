/* SPDX-License-Identifier: MPL-2.0 */
/* For the hooks of functions by which a thread takes something in from outside. */
#ifndef ZG_HOOK_OUTSIDE_H
#define ZG_HOOK_OUTSIDE_H

#include "host/outside.h"
#include "track/edge.h"

/* The real function's result; noted when `came`, an expression in it, holds. */
#define TAKE(type, function, call, came)                                                           \
    type rc = (call);                                                                              \
                                                                                                   \
    if (zg_edge_is_active() && (came))                                                             \
        zg_outside_took(#function, ZG_RETURN_ADDRESS());                                           \
    return rc
/* The same of what reads from a descriptor, which may be a file's. */
#define READ(type, function, call, came, fd)                                                       \
    type rc = (call);                                                                              \
                                                                                                   \
    if (zg_edge_is_active() && (came))                                                             \
        zg_outside_read(#function, fd, ZG_RETURN_ADDRESS());                                       \
    return rc

#endif
