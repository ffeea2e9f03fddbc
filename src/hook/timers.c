/* SPDX-License-Identifier: MPL-2.0 */
/* Timer sets: one thread at a time, like sockets (zmq_timers(3)). */
#include "hook/timers.h"

#include <errno.h>

#include "track/call.h"
#include "track/object.h"

void *zg_hook_timers_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = ZG_OP_zmq_timers_new};

    zg_call_begin(&call, lib);
    return zg_object_made(&call, ZG_WHAT_TIMERS, ZG_REAL(call, zmq_timers_new)());
}

void *zmq_timers_new(void)
{
    return zg_hook_timers_new(NULL, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
}

int zmq_timers_destroy(void **timers)
{
    int rc;

    ZG_CALL(call, zg_object_key_at(timers, ZG_WHAT_TIMERS), zmq_timers_destroy);
    zg_object_ending(&call);
    rc = ZG_REAL(call, zmq_timers_destroy)(timers);
    zg_object_ended(&call);
    return rc;
}

/* strict binds a set to the thread that first does more than make it. */
ZG_INLINE void bind_owner(struct zg_call *call)
{
    if (call->socket != NULL)
        call->socket->owned.io = true;
}

int zmq_timers_add(void *timers, size_t interval, zg_timer_fn *handler, void *arg)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_add);
    bind_owner(&call);
    return ZG_REAL(call, zmq_timers_add)(timers, interval, handler, arg);
}

int zmq_timers_cancel(void *timers, int timer_id)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_cancel);
    bind_owner(&call);
    return ZG_REAL(call, zmq_timers_cancel)(timers, timer_id);
}

int zmq_timers_set_interval(void *timers, int timer_id, size_t interval)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_set_interval);
    bind_owner(&call);
    return ZG_REAL(call, zmq_timers_set_interval)(timers, timer_id, interval);
}

int zmq_timers_reset(void *timers, int timer_id)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_reset);
    bind_owner(&call);
    return ZG_REAL(call, zmq_timers_reset)(timers, timer_id);
}

long zmq_timers_timeout(void *timers)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_timeout);
    bind_owner(&call);
    return ZG_REAL(call, zmq_timers_timeout)(timers);
}

int zmq_timers_execute(void *timers)
{
    ZG_CALL(call, zg_object_key(timers, ZG_WHAT_TIMERS), zmq_timers_execute);
    bind_owner(&call);
    /* What its handlers call are calls of their own, with nothing around them. */
    if (call.thread != NULL)
        zg_owned_leave_call(&call.thread->actor, call.frame);
    return ZG_REAL(call, zmq_timers_execute)(timers);
}
