/* SPDX-License-Identifier: MPL-2.0 */
/* The list of what a socket is bound and connected to. */
#include "base/arena.h"
#include "base/str.h"
#include "model/endpoint.h"

#define DESCRIBED 6U /* endpoints named in a report at most */

static struct zg_pool endpoints = ZG_POOL(struct zg_endpoint, 0);
static struct zg_lock lists; /* the lists of all sockets; nothing is taken while it is held */

void zg_endpoints_add(struct zg_endpoint **list, const char *uri, bool bound, uint32_t mode,
                      uint32_t lacks)
{
    struct zg_endpoint *e = zg_pool_get(&endpoints);

    if (e == NULL)
        return;
    *e = (struct zg_endpoint){.bound = bound, .lacks = lacks, .mode = mode};
    (void)zg_str_copy(e->uri, sizeof(e->uri), uri);
    zg_lock_acquire(&lists);
    e->next = *list;
    *list = e;
    zg_lock_release(&lists);
}

static void free_list(struct zg_endpoint *e)
{
    while (e != NULL) {
        struct zg_endpoint *next = e->next;

        zg_pool_put(&endpoints, e);
        e = next;
    }
}

void zg_endpoints_clear(struct zg_endpoint **list)
{
    zg_lock_acquire(&lists);
    struct zg_endpoint *all = *list;

    *list = NULL;
    zg_lock_release(&lists);
    free_list(all);
}

static bool is_named(const struct zg_endpoint *e, bool bound, const char *uri)
{
    return e->bound == bound && strncmp(e->uri, uri, sizeof(e->uri) - 1) == 0;
}

void zg_endpoints_remove(struct zg_endpoint **list, const char *uri, bool bound)
{
    zg_lock_acquire(&lists);
    struct zg_endpoint *gone = NULL;

    for (struct zg_endpoint **at = list; *at != NULL;) {
        struct zg_endpoint *e = *at;

        if (!is_named(e, bound, uri)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        e->next = gone;
        gone = e;
    }
    for (struct zg_endpoint *e = *list; gone == NULL && e != NULL; e = e->next)
        e->lacks = 0;
    zg_lock_release(&lists);
    free_list(gone);
}

uint32_t zg_endpoints_lack(struct zg_endpoint *const *list)
{
    zg_lock_acquire(&lists);
    uint32_t lacks = 0;

    for (const struct zg_endpoint *e = *list; e != NULL; e = e->next)
        lacks |= e->lacks;
    zg_lock_release(&lists);
    return lacks;
}

void zg_endpoints_describe(struct zg_endpoint *const *list, struct zg_buf *out)
{
    zg_lock_acquire(&lists);
    uint32_t n = 0;

    for (const struct zg_endpoint *e = *list; e != NULL; e = e->next) {
        if (n++ >= DESCRIBED)
            continue;
        zg_buf_format(out, "%s%s %s", out->len > 0 ? ", " : "", e->bound ? "bound" : "connected",
                      e->uri);
        if (e->mode != ZG_ENDPOINT_NO_MODE)
            zg_buf_format(out, " (mode 0%o)", e->mode);
    }
    if (n > DESCRIBED)
        zg_buf_format(out, ", and %u more", n - DESCRIBED);
    zg_lock_release(&lists);
}
