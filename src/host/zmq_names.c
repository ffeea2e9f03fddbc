/* SPDX-License-Identifier: MPL-2.0 */
/* Telling libzmq's functions from those of its users by their names. */
#include "base/str.h"
#include "host/zmq_symbols.h"

/* The API that is not in zmq.def: functions that the guard does not stand in front of. */
static const char *const other_api[] = {
    "zmq_errno",
    "zmq_strerror",
    "zmq_version",
    "zmq_has",
    "zmq_msg_init",
    "zmq_msg_init_size",
    "zmq_msg_init_buffer",
    "zmq_msg_close",
    "zmq_msg_move",
    "zmq_msg_copy",
    "zmq_msg_data",
    "zmq_msg_size",
    "zmq_msg_more",
    "zmq_msg_get",
    "zmq_msg_set",
    "zmq_msg_gets",
    "zmq_msg_set_routing_id",
    "zmq_msg_routing_id",
    "zmq_msg_set_group",
    "zmq_msg_group",
    "zmq_curve_keypair",
    "zmq_curve_public",
    "zmq_z85_encode",
    "zmq_z85_decode",
    "zmq_atomic_counter_new",
    "zmq_atomic_counter_set",
    "zmq_atomic_counter_inc",
    "zmq_atomic_counter_dec",
    "zmq_atomic_counter_value",
    "zmq_atomic_counter_destroy",
    "zmq_stopwatch_start",
    "zmq_stopwatch_intermediate",
    "zmq_stopwatch_stop",
    "zmq_sleep",
    "zmq_threadstart",
    "zmq_threadclose",
};

/* What cppzmq (zmq.hpp, zmq_addon.hpp) has in namespace zmq. It is compiled into the application:
 * its calls are the application's. */
static const char *const cppzmq[] = {"context_t",
                                     "socket_t",
                                     "socket_ref",
                                     "message_t",
                                     "error_t",
                                     "multipart_t",
                                     "monitor_t",
                                     "poller_t",
                                     "active_poller_t",
                                     "timers",
                                     "detail",
                                     "sockopt",
                                     "poll",
                                     "version",
                                     "buffer",
                                     "const_buffer",
                                     "mutable_buffer",
                                     "str_buffer",
                                     "from_handle",
                                     "trivial_optional",
                                     "recv_multipart",
                                     "send_multipart",
                                     "literals",
                                     "encode",
                                     "decode",
                                     "event_flags",
                                     "send_flags",
                                     "recv_flags",
                                     "poller_event",
                                     "recv_multipart_n",
                                     "has",
                                     "poller_ref_t",
                                     "fd_t",
                                     "unique_ptr",
                                     "no_user_t",
                                     "stopwatch",
                                     "atomic_counter",
                                     "curve_keypair_t"};

static bool is_in(const char *const *list, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
            return true;
    return false;
}

/* Functions in C that libzmq has besides: src/thread.cpp, external/sha1. */
static const char *const in_c[] = {"thread_routine", "sha1_step", "sha1_init",
                                   "sha1_pad",       "sha1_loop", "sha1_result"};

/* Suffixes of clones: ".cold", ".part.0", ".isra.0", ".constprop.0". */
static size_t stem(const char *name)
{
    size_t len = 0;

    while (name[len] != '\0' && name[len] != '.')
        len++;
    return len;
}

static enum zg_zmq_name name_in_c(const char *name)
{
    size_t len = stem(name);

    if (is_in(in_c, ZG_COUNT(in_c), name, len))
        return ZG_ZMQ_NAME_BETWEEN;
    if (!zg_str_starts(name, "zmq_"))
        return ZG_ZMQ_NAME_OTHER;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (strlen(zg_ops[op].name) == len && memcmp(zg_ops[op].name, name, len) == 0)
            return ZG_ZMQ_NAME_LIBZMQ;
    return is_in(other_api, ZG_COUNT(other_api), name, len) ? ZG_ZMQ_NAME_LIBZMQ
                                                            : ZG_ZMQ_NAME_BETWEEN;
}

/* "13socket_base_t…" → the component and what comes behind it; NULL when there is none. */
static const char *component(const char *at, size_t *len)
{
    size_t n = 0;

    while (*at >= '0' && *at <= '9' && n < 1000)
        n = n * 10 + (size_t)(*at++ - '0');
    for (size_t i = 0; i < n; i++)
        if (at[i] == '\0')
            return NULL;
    *len = n;
    return n > 0 ? at : NULL;
}

/* What follows "3zmq" in a nested name: a class or function of libzmq's own style? */
static enum zg_zmq_name name_in_namespace(const char *rest)
{
    size_t len;
    const char *name = component(*rest == 'L' ? rest + 1 : rest, &len);

    if (name == NULL)
        return ZG_ZMQ_NAME_BETWEEN;
    if (name[0] >= 'A' && name[0] <= 'Z')
        return ZG_ZMQ_NAME_OTHER;
    /* Both have proxy() and proxy_steerable(). */
    if (zg_str_starts(name, "proxyE") || zg_str_starts(name, "proxy_steerableE"))
        return strstr(name, "13socket_base_t") != NULL ? ZG_ZMQ_NAME_LIBZMQ : ZG_ZMQ_NAME_OTHER;
    return is_in(cppzmq, ZG_COUNT(cppzmq), name, len) ? ZG_ZMQ_NAME_OTHER : ZG_ZMQ_NAME_LIBZMQ;
}

/* _ZThn24_N…, _ZTv0_n24_N…: entries of virtual functions. */
static const char *behind_thunk(const char *name)
{
    const char *at = name + 4;

    if (!zg_str_starts(name, "_ZTh") && !zg_str_starts(name, "_ZTv"))
        return name + 2;
    while (*at == 'n' || *at == '_' || (*at >= '0' && *at <= '9'))
        at++;
    return at;
}

static bool is_of_the_language(const char *name)
{
    static const char *const starts[] = {"_ZNSt",          "_ZNKSt",         "_ZSt",
                                         "_ZNS",           "_ZNKS",          "_ZN9__gnu_cxx",
                                         "_ZNK9__gnu_cxx", "_GLOBAL__sub_I_"};

    for (size_t i = 0; i < ZG_COUNT(starts); i++)
        if (zg_str_starts(name, starts[i]))
            return true;
    return false;
}

enum zg_zmq_name zg_zmq_name_of(const char *name)
{
    const char *at;

    if (!zg_str_starts(name, "_Z"))
        return is_of_the_language(name) ? ZG_ZMQ_NAME_BETWEEN : name_in_c(name);
    if (is_of_the_language(name))
        return ZG_ZMQ_NAME_BETWEEN;
    at = behind_thunk(name);
    if (*at == 'N') {
        at++;
        while (*at == 'K' || *at == 'V' || *at == 'r') /* const, volatile, restrict */
            at++;
        return zg_str_starts(at, "3zmq") ? name_in_namespace(at + 4) : ZG_ZMQ_NAME_OTHER;
    }
    /* Static functions and templates outside of a namespace: libzmq has some, as has everybody. */
    if (strstr(at, "13socket_base_t") != NULL)
        return ZG_ZMQ_NAME_LIBZMQ;
    return *at == 'L' || (*at >= '0' && *at <= '9') ? ZG_ZMQ_NAME_BETWEEN : ZG_ZMQ_NAME_OTHER;
}
