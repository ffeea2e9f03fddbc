/* SPDX-License-Identifier: MPL-2.0 */
/* Looks at an ipc endpoint as it is now: the facts that model/endpoint.h judges. */
#ifndef ZG_ENDPOINT_INSPECT_H
#define ZG_ENDPOINT_INSPECT_H

#include "endpoint/listener.h"
#include "host/acl.h"
#include "host/ids.h"
#include "host/path.h"

struct zg_inspection {
    struct zg_path path;
    struct zg_endpoint_facts facts;
    struct zg_verdict verdict;
    struct zg_ids ids;
    /* Of each step: who may write by an ACL, where facts.steps[].acl_untrusted says so. */
    struct {
        bool is_group;
        bool unreadable; /* it has more entries than are looked at */
        uint32_t id;
    } acl[ZG_PATH_STEPS];
    bool inherits; /* the file's directory has a default ACL */
    struct zg_acl scratch;
    void *pool_link;
};

/* Takes a scratch record (NULL when too many looks are under way or memory is exhausted: then the
 * look is left out) and gives it back. Not the stack: it is the host's and may be small. */
struct zg_inspection *zg_inspection_take(void);
void zg_inspection_give(struct zg_inspection *i);

/*
 * Between bind(2) and listen(2), or at once after zmq_bind(): walks to the file, compares it with
 * what the socket fd (-1: not known) is bound to, and judges. path as it was bound, "" for an
 * abstract name. Fills in what is remembered in l (its form is set). Takes some 10 us a component.
 */
void zg_inspect_new(struct zg_inspection *i, struct zg_listener *l, const char *path, int fd);
/* Some time later: is it still what it was? False when that cannot be told: the file was not seen
 * at the bind, or the process has another root directory now. */
bool zg_inspect_again(struct zg_inspection *i, struct zg_listener *l);

#endif
