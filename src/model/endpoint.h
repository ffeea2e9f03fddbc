/* SPDX-License-Identifier: MPL-2.0 */
/* The rules for endpoints: what a URI means, and what is wrong with what was found at its end. */
#ifndef ZG_MODEL_ENDPOINT_H
#define ZG_MODEL_ENDPOINT_H

#include "base/compiler.h"

#define ZG_ENDPOINT_URI 128 /* an ipc URI has at most 113 bytes; longer ones are cut */

#define ZG_ENDPOINT_NO_MODE ((uint32_t)0xffffffff)

/* What a socket was bound or connected to: kept for reports. Written by who is inside the socket's
 * call; read by others' reports, for which the text is written before the record is linked. */
struct zg_endpoint {
    bool bound;                /* else connected */
    bool gone;                 /* atomic: unbound or disconnected */
    uint32_t mode;             /* of the bound ipc file; ZG_ENDPOINT_NO_MODE when there is none */
    uint32_t stack;            /* stack id of the bind or connect */
    char uri[ZG_ENDPOINT_URI]; /* raw; as libzmq resolved it (ZMQ_LAST_ENDPOINT) */
    struct zg_endpoint *next;  /* list of the socket, newest first; pool link: last word */
};

#endif
