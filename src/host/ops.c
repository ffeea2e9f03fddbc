/* SPDX-License-Identifier: MPL-2.0 */
/* The table of libzmq functions, from zmq.def. */
#include "host/ops.h"

const struct zg_op_info zg_ops[ZG_OP_COUNT] = {
#define ZG_ZMQ(fn, st, cl)                                                                         \
    [ZG_OP_##fn] = {.name = #fn, .status = ZG_STATUS_##st, .class = ZG_CLASS_##cl},
#include "host/zmq.def"
#undef ZG_ZMQ
};

const char *zg_op_name(uint32_t op)
{
    return op < ZG_OP_COUNT ? zg_ops[op].name : "?";
}
