/* SPDX-License-Identifier: MPL-2.0 */
/* Fixes that fit the two calls, the policy and the language. */
#include "track/advice.h"

#include "host/lib.h"
#include "host/python.h"
#include "report/finding.h"

static bool is_close(uint32_t op)
{
    return op < ZG_OP_COUNT && zg_ops[op].class == ZG_CLASS_CLOSE;
}

/* May be inside for as long as nobody sends: a lock around it would be held that long. */
static bool waits(uint32_t op)
{
    switch (op) {
    case ZG_OP_zmq_recv:
    case ZG_OP_zmq_msg_recv:
    case ZG_OP_zmq_recvmsg:
    case ZG_OP_zmq_recviov:
    case ZG_OP_zmq_poll:
    case ZG_OP_zmq_ppoll:
    case ZG_OP_zmq_proxy:
    case ZG_OP_zmq_proxy_steerable:
    case ZG_OP_zmq_device:
    case ZG_OP_zmq_poller_wait:
    case ZG_OP_zmq_poller_wait_all:
        return true;
    default:
        return false;
    }
}

void zg_advise(struct zg_finding *f, uint32_t op, uint32_t other, bool strict)
{
    bool python = zg_python_state() != 0;

    if (is_close(op) || is_close(other))
        zg_finding_fix(f,
                       "let the thread that uses it close it: wake it by a message or %s, and "
                       "join it; a lock would wait for the other call",
                       python ? "Context.term() in another thread" : "zmq_ctx_shutdown()");
    else if (waits(op) || waits(other))
        zg_finding_fix(f, "one socket per thread; reach a thread that waits by a message to a "
                          "socket of its own (inproc), since a lock would be held while it waits");
    else if (strict)
        zg_finding_fix(f, "one socket per thread, made in the thread that uses it; policy=fence "
                          "allows hand-overs that are in order");
    else if (python)
        zg_finding_fix(f, "one socket per thread, made in that thread; give data to the thread "
                          "that owns the socket by a queue.Queue or an inproc socket");
}
