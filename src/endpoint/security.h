/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about tcp and ws endpoints and about security options that do not do what was meant. */
#ifndef ZG_ENDPOINT_SECURITY_H
#define ZG_ENDPOINT_SECURITY_H

#include "endpoint/report.h"

/* An endpoint was made; uri as libzmq resolved it. The caller is inside the socket's call. */
void zg_security_bound(const struct zg_notice *n, enum zg_transport transport, const char *uri);
void zg_security_connected(const struct zg_notice *n, enum zg_transport transport, const char *uri);

#endif
