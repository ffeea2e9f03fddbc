/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What `zmqguard inspect PID` reads from outside, by process_vm_readv(2): where the guard keeps its
 * tables. Only a command of the very same build may follow them: it compares version and layout.
 */
#ifndef ZG_START_INSPECT_H
#define ZG_START_INSPECT_H

#include "base/table.h"
#include "host/thread.h"
#include "model/endpoint.h"
#include "model/socket.h"
#include "model/users.h"
#include "track/provoke.h"

#define ZG_INSPECT_MAGIC  "zmqguard-inspect"
#define ZG_INSPECT_SYMBOL "zmqguard_inspection"

/* Of every structure that the command reads. */
#define ZG_INSPECT_LAYOUT                                                                          \
    ((uint64_t)sizeof(struct zg_socket) << 48 | (uint64_t)sizeof(struct zg_thread) << 24 |         \
     (uint64_t)sizeof(struct zg_endpoint) << 12 | (uint64_t)sizeof(struct zg_users) |              \
     (uint64_t)sizeof(struct zg_pair) << 40)

struct zg_inspect_root {
    char magic[sizeof(ZG_INSPECT_MAGIC)];
    char version[24];
    uint64_t layout;
    struct zg_table *sockets;   /* by handle */
    struct zg_thread **threads; /* ZG_SLOT_MAX of them, by slot */
    void *const *stacks;        /* host/depot.h: zg_depot_chunks() */
    const size_t *mapped;       /* base/sys.h: zg_sys_mapped */
};

/* Written by zg_inspect_init() alone; read by other processes. */
ZG_EXPORT extern struct zg_inspect_root zmqguard_inspection;
void zg_inspect_init(void);

#endif
