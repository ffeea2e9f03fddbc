/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about tcp and ws endpoints and about security options that do not do what was meant. */
#ifndef ZG_ENDPOINT_SECURITY_H
#define ZG_ENDPOINT_SECURITY_H

#include "endpoint/report.h"

/* ZMQ_MECHANISM; UNKNOWN where libzmq does not say. */
enum zg_mechanism {
    ZG_MECHANISM_UNKNOWN = -1,
    ZG_MECHANISM_NULL,
    ZG_MECHANISM_PLAIN,
    ZG_MECHANISM_CURVE,
};
enum zg_mechanism zg_security_mechanism(const struct zg_socket *s);

/* An endpoint was made; name as libzmq resolved it. The caller is inside the socket's call. */
void zg_security_bound(const struct zg_notice *n, enum zg_transport transport, const char *uri,
                       const char *name);
void zg_security_connected(const struct zg_notice *n, enum zg_transport transport, const char *uri);
/* It was ended; uri NULL: all of the socket's. */
void zg_security_unbound(const struct zg_socket *s, const char *uri);

/* Do peers of this listener matter to zg_security_peer()? */
bool zg_security_concerns(const struct zg_listener *l);
/* A peer was accepted: does anybody decide whether it may be one? */
void zg_security_peer(const struct zg_notice *n, struct zg_listener *l);

#endif
