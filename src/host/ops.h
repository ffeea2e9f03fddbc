/* SPDX-License-Identifier: MPL-2.0 */
/* The functions of libzmq's API as numbers, and what is known of each (host/zmq.def). */
#ifndef ZG_HOST_OPS_H
#define ZG_HOST_OPS_H

#include "base/compiler.h"

enum zg_op {
#define ZG_ZMQ(name, status, class) ZG_OP_##name,
#include "host/zmq.def"
#undef ZG_ZMQ
    ZG_OP_COUNT
};

enum zg_op_status { ZG_STATUS_STABLE, ZG_STATUS_DRAFT, ZG_STATUS_OLD };

enum zg_op_class {
    ZG_CLASS_IO,
    ZG_CLASS_CONFIG,
    ZG_CLASS_CLOSE,
    ZG_CLASS_SOFT,
    ZG_CLASS_CTX,
    ZG_CLASS_MAKE,
    ZG_CLASS_OTHER,
};

struct zg_op_info {
    const char *name;
    enum zg_op_status status;
    enum zg_op_class class;
};
extern const struct zg_op_info zg_ops[ZG_OP_COUNT];
/* "zmq_send", or "?" for a number that is none. */
const char *zg_op_name(uint32_t op);

#endif
