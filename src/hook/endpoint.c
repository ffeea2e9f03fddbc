/* SPDX-License-Identifier: MPL-2.0 */
/* What the zmq hooks tell of endpoints. */
#include "hook/endpoint.h"

void zg_endpoint_before_bind(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    (void)t, (void)s, (void)uri;
}

void zg_endpoint_after_bind(struct zg_thread *t, struct zg_socket *s, const char *uri, int rc)
{
    (void)t, (void)s, (void)uri, (void)rc;
}

void zg_endpoint_before_connect(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    (void)t, (void)s, (void)uri;
}

void zg_endpoint_after_connect(struct zg_thread *t, struct zg_socket *s, const char *uri, bool ok)
{
    (void)t, (void)s, (void)uri, (void)ok;
}

void zg_endpoint_before_unbind(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    (void)t, (void)s, (void)uri;
}

void zg_endpoint_before_disconnect(struct zg_thread *t, struct zg_socket *s, const char *uri)
{
    (void)t, (void)s, (void)uri;
}

void zg_endpoint_option(struct zg_thread *t, struct zg_socket *s, int option, const void *value,
                        size_t len, int rc)
{
    (void)t, (void)s, (void)option, (void)value, (void)len, (void)rc;
}

void zg_endpoint_closing(struct zg_thread *t, struct zg_socket *s)
{
    (void)t, (void)s;
}

void zg_endpoint_forget(struct zg_socket *s)
{
    (void)s;
}
