/* SPDX-License-Identifier: MPL-2.0 */
/* The state tables of libzmq's objects. */
#include "model/life.h"

/* Rows: states. Columns: MAKE, USE, CLOSE, SOFT, FORK, INHERIT. A closed handle stays closed until
 * libzmq gives its address away again; the one thing that a child may do to its parent's socket is
 * close it (libzmq's own tests/test_fork.cpp). */
static const struct zg_life_step owned[ZG_LIFE_STATES][ZG_LIFE_EVENTS] =
    {
        [ZG_LIFE_NONE] =
            {
                [ZG_LIFE_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_USE] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_CLOSE] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_SOFT] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_FORK] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_INHERIT] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
            },
        [ZG_LIFE_OPEN] =
            {
                [ZG_LIFE_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_USE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CLOSE] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_SOFT] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
                [ZG_LIFE_INHERIT] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
            },
        [ZG_LIFE_CLOSED] =
            {
                [ZG_LIFE_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_USE] = {ZG_LIFE_CLOSED, ZG_LIFE_USE_AFTER_CLOSE},
                [ZG_LIFE_CLOSE] = {ZG_LIFE_CLOSED, ZG_LIFE_DOUBLE_CLOSE},
                [ZG_LIFE_SOFT] = {ZG_LIFE_CLOSED, ZG_LIFE_USE_AFTER_CLOSE},
                [ZG_LIFE_FORK] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_INHERIT] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
            },
        [ZG_LIFE_REBORN] =
            {
                [ZG_LIFE_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_USE] = {ZG_LIFE_OPEN, ZG_LIFE_USE_AFTER_CLOSE},
                [ZG_LIFE_CLOSE] = {ZG_LIFE_CLOSED, ZG_LIFE_DOUBLE_CLOSE},
                [ZG_LIFE_SOFT] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
                [ZG_LIFE_INHERIT] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
            },
        [ZG_LIFE_FORKED] =
            {
                [ZG_LIFE_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_USE] = {ZG_LIFE_FORKED, ZG_LIFE_USE_AFTER_FORK},
                [ZG_LIFE_CLOSE] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_SOFT] = {ZG_LIFE_FORKED, ZG_LIFE_USE_AFTER_FORK},
                [ZG_LIFE_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
                [ZG_LIFE_INHERIT] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
            },
};

/* Stopping the parent's context in the child is part of closing what was inherited: libzmq then
 * closes the descriptors (ctx_t::terminate, ifdef HAVE_FORK) and returns EINTR. So it does for
 * ever: who calls it until it is not EINTR, as cppzmq does, never ends. */
static const struct zg_life_step context[ZG_LIFE_STATES][ZG_LIFE_CTX_EVENTS] =
    {
        [ZG_LIFE_NONE] =
            {
                [ZG_LIFE_CTX_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_USE] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP_AGAIN] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_END] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_FORK] = {ZG_LIFE_NONE, ZG_LIFE_FINE},
            },
        [ZG_LIFE_OPEN] =
            {
                [ZG_LIFE_CTX_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_USE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP_AGAIN] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_END] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
            },
        [ZG_LIFE_CLOSED] =
            {
                [ZG_LIFE_CTX_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_USE] = {ZG_LIFE_CLOSED, ZG_LIFE_USE_AFTER_TERM},
                [ZG_LIFE_CTX_STOP] = {ZG_LIFE_CLOSED, ZG_LIFE_USE_AFTER_TERM},
                [ZG_LIFE_CTX_STOP_AGAIN] = {ZG_LIFE_CLOSED, ZG_LIFE_USE_AFTER_TERM},
                [ZG_LIFE_CTX_END] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_FORK] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
            },
        [ZG_LIFE_REBORN] =
            {
                [ZG_LIFE_CTX_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_USE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP_AGAIN] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_END] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
            },
        [ZG_LIFE_FORKED] =
            {
                [ZG_LIFE_CTX_MAKE] = {ZG_LIFE_OPEN, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_USE] = {ZG_LIFE_FORKED, ZG_LIFE_USE_AFTER_FORK},
                [ZG_LIFE_CTX_STOP] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_STOP_AGAIN] = {ZG_LIFE_FORKED, ZG_LIFE_USE_AFTER_FORK},
                [ZG_LIFE_CTX_END] = {ZG_LIFE_CLOSED, ZG_LIFE_FINE},
                [ZG_LIFE_CTX_FORK] = {ZG_LIFE_FORKED, ZG_LIFE_FINE},
            },
};

struct zg_life_step zg_life_step(enum zg_life state, enum zg_life_event event)
{
    return owned[state][event];
}

struct zg_life_step zg_life_ctx_step(enum zg_life state, enum zg_life_ctx_event event)
{
    return context[state][event];
}

bool zg_life_is_stale(const struct zg_actor *a, zg_epoch born, bool met_previous)
{
    return met_previous && !zg_actor_knows(a, born);
}
