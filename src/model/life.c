/* SPDX-License-Identifier: MPL-2.0 */
/* What may be done to libzmq's objects in which state. */
#include "model/life.h"

/* What is not here is fine. The one thing that a child may do to its parent's socket is close it
 * (libzmq's own tests/test_fork.cpp). */
static const uint8_t of_objects[ZG_LIFE_STATES][ZG_LIFE_EVENTS] = {
    [ZG_LIFE_CLOSED] = {[ZG_LIFE_USE] = ZG_LIFE_USE_AFTER_CLOSE,
                        [ZG_LIFE_CLOSE] = ZG_LIFE_DOUBLE_CLOSE,
                        [ZG_LIFE_SOFT] = ZG_LIFE_USE_AFTER_CLOSE},
    [ZG_LIFE_REBORN] =
        {[ZG_LIFE_USE] = ZG_LIFE_USE_AFTER_CLOSE, [ZG_LIFE_CLOSE] = ZG_LIFE_DOUBLE_CLOSE},
    [ZG_LIFE_FORKED] =
        {[ZG_LIFE_USE] = ZG_LIFE_USE_AFTER_FORK, [ZG_LIFE_SOFT] = ZG_LIFE_USE_AFTER_FORK},
};

/* Stopping the parent's context in the child is part of closing what was inherited: libzmq then
 * closes the descriptors (ctx_t::terminate, ifdef HAVE_FORK) and returns EINTR. So it does for
 * ever: who calls it until it is not EINTR, as cppzmq does, never ends. */
static const uint8_t of_contexts[ZG_LIFE_STATES][ZG_LIFE_CTX_EVENTS] = {
    [ZG_LIFE_CLOSED] = {[ZG_LIFE_CTX_USE] = ZG_LIFE_USE_AFTER_TERM,
                        [ZG_LIFE_CTX_STOP] = ZG_LIFE_USE_AFTER_TERM,
                        [ZG_LIFE_CTX_STOP_AGAIN] = ZG_LIFE_USE_AFTER_TERM},
    [ZG_LIFE_FORKED] = {[ZG_LIFE_CTX_USE] = ZG_LIFE_USE_AFTER_FORK,
                        [ZG_LIFE_CTX_STOP_AGAIN] = ZG_LIFE_USE_AFTER_FORK},
};

enum zg_life_finding zg_life_finding(enum zg_life state, enum zg_life_event event)
{
    return (enum zg_life_finding)of_objects[state][event];
}

enum zg_life_finding zg_life_ctx_finding(enum zg_life state, enum zg_life_ctx_event event)
{
    return (enum zg_life_finding)of_contexts[state][event];
}

enum zg_life zg_life_in_child(enum zg_life state)
{
    return state == ZG_LIFE_OPEN ? ZG_LIFE_FORKED : state;
}

bool zg_life_is_stale(const struct zg_actor *a, zg_epoch born, bool met_previous)
{
    return met_previous && !zg_actor_knows(a, born);
}
