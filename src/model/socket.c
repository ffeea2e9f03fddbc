/* SPDX-License-Identifier: MPL-2.0 */
/* libzmq's socket types. */
#include "model/socket.h"

/* include/zmq.h: ZMQ_PAIR 0 … ZMQ_CHANNEL 20. The thread-safe ones pass thread_safe = true to
 * socket_base_t (src/client.cpp:10, server, radio, dish, gather, scatter, channel; peer derives
 * from server); DGRAM does not. test/unit/test_socket.c compares with ZMQ_THREAD_SAFE. */
static const struct {
    const char *name;
    bool thread_safe;
} types[] = {
    {"PAIR", false},   {"PUB", false},    {"SUB", false},    {"REQ", false},   {"REP", false},
    {"DEALER", false}, {"ROUTER", false}, {"PULL", false},   {"PUSH", false},  {"XPUB", false},
    {"XSUB", false},   {"STREAM", false}, {"SERVER", true},  {"CLIENT", true}, {"RADIO", true},
    {"DISH", true},    {"GATHER", true},  {"SCATTER", true}, {"DGRAM", false}, {"PEER", true},
    {"CHANNEL", true},
};

const char *zg_socket_type_name(int type)
{
    return type >= 0 && (size_t)type < ZG_COUNT(types) ? types[type].name : "?";
}

bool zg_socket_type_is_thread_safe(int type)
{
    return type >= 0 && (size_t)type < ZG_COUNT(types) && types[type].thread_safe;
}
