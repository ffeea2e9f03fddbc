/* SPDX-License-Identifier: MPL-2.0 */
/*
 * libzmq's atomic counters, with which programs count references to a socket: whoever brings one to
 * zero closes it, after all others (zmq_atomic_counter_dec(3)). Each change is a full barrier. A
 * counter does not name its copy of libzmq, and need not: it is an int in all of them
 * (src/atomic_counter.hpp of libzmq), so any copy's functions do. Where libzmq is linked in, they
 * are not seen.
 */
#include "track/call.h"
#include "track/edge.h"

#define COUNTER_CALL(name, function)                                                               \
    struct zg_call name = {.caller = ZG_RETURN_ADDRESS(),                                          \
                           .op = ZG_OP_##function,                                                 \
                           .lib = zg_call_any_lib(ZG_OP_##function, ZG_RETURN_ADDRESS())}

/* Before the real call, and after it. */
static void release(const struct zg_call *call, const void *counter)
{
    zg_edge_release(call->caller, counter, ZG_SYNC_COUNTER, ZG_SYNC_SHARED);
}

static void acquire(const struct zg_call *call, const void *counter)
{
    zg_edge_acquire(call->caller, counter, ZG_SYNC_COUNTER);
}

void zmq_atomic_counter_set(void *counter, int value)
{
    COUNTER_CALL(call, zmq_atomic_counter_set);
    release(&call, counter);
    ZG_REAL(call, zmq_atomic_counter_set)(counter, value);
}

int zmq_atomic_counter_inc(void *counter)
{
    int old;

    COUNTER_CALL(call, zmq_atomic_counter_inc);
    release(&call, counter);
    old = ZG_REAL(call, zmq_atomic_counter_inc)(counter);
    acquire(&call, counter);
    return old;
}

int zmq_atomic_counter_dec(void *counter)
{
    int left;

    COUNTER_CALL(call, zmq_atomic_counter_dec);
    release(&call, counter);
    left = ZG_REAL(call, zmq_atomic_counter_dec)(counter);
    acquire(&call, counter);
    return left;
}

int zmq_atomic_counter_value(void *counter)
{
    int value;

    COUNTER_CALL(call, zmq_atomic_counter_value);
    value = ZG_REAL(call, zmq_atomic_counter_value)(counter);
    acquire(&call, counter);
    return value;
}

void zmq_atomic_counter_destroy(void **counter)
{
    COUNTER_CALL(call, zmq_atomic_counter_destroy);
    if (counter != NULL)
        zg_edge_forget(*counter, ZG_SYNC_COUNTER);
    ZG_REAL(call, zmq_atomic_counter_destroy)(counter);
}
