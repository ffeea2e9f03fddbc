/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The lives of libzmq's objects: what each state makes of each event.
 *
 * Pure: what is asked and answered are the caller's facts. The findings are the kinds of the same
 * names (report/kinds.def).
 */
#ifndef ZG_MODEL_LIFE_H
#define ZG_MODEL_LIFE_H

#include "model/clock.h"

enum zg_life {
    ZG_LIFE_NONE, /* the guard does not know the handle */
    ZG_LIFE_OPEN,
    ZG_LIFE_CLOSED, /* closed; of a context: zmq_ctx_term() has returned 0 */
    ZG_LIFE_REBORN, /* open, and the caller provably means the closed object that had the address
                       before. Never stored: it is how one caller sees an open object */
    ZG_LIFE_FORKED, /* made by the parent of this process */
    ZG_LIFE_STATES,
};

/* What happens to a socket, a timer set or a poller. */
enum zg_life_event {
    ZG_LIFE_USE,   /* any call but those below */
    ZG_LIFE_CLOSE, /* zmq_close(), zmq_timers_destroy(), zmq_poller_destroy() */
    ZG_LIFE_SOFT,  /* a call that is no use: zmq_socket_monitor() */
    ZG_LIFE_EVENTS,
};

/* What happens to a context. */
enum zg_life_ctx_event {
    ZG_LIFE_CTX_USE,        /* zmq_socket(), zmq_ctx_set(), zmq_ctx_get() */
    ZG_LIFE_CTX_STOP,       /* zmq_ctx_term() or zmq_ctx_shutdown() is called */
    ZG_LIFE_CTX_STOP_AGAIN, /* zmq_ctx_term(), after one in this process that has not ended it */
    ZG_LIFE_CTX_EVENTS,
};

enum zg_life_finding {
    ZG_LIFE_FINE,
    ZG_LIFE_USE_AFTER_CLOSE,
    ZG_LIFE_DOUBLE_CLOSE,
    ZG_LIFE_USE_AFTER_FORK,
    ZG_LIFE_USE_AFTER_TERM,
};

/* state: stored ones, or REBORN. */
enum zg_life_finding zg_life_finding(enum zg_life state, enum zg_life_event event);
/* Contexts have no REBORN: they may be shared by means that the guard cannot see. */
enum zg_life_finding zg_life_ctx_finding(enum zg_life state, enum zg_life_ctx_event event);
/* What a child sees of its parent's object that needs the parent's threads: a socket, a context. */
enum zg_life zg_life_in_child(enum zg_life state);

/*
 * Does the caller mean the previous object of an address that lives again?
 *
 * Proven when the caller had to do with the previous object (met_previous: it made, used or closed
 * it) and the birth of the present one (born) is not in its past: no value that it got since then
 * can come from that birth, so what it holds is the old handle. Where synchronisation is invisible
 * (policy overlap) nothing is proven; the caller of this function sees to that.
 */
bool zg_life_is_stale(const struct zg_actor *a, zg_epoch born, bool met_previous);

#endif
