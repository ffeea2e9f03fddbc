/* SPDX-License-Identifier: MPL-2.0 */
/*
 * outside.h for a taker that has something to do between the giver's last use (turn 1) and its own
 * wait (turn 2), in which it is told by a byte in a pipe (turn 0 again).
 */
#ifndef TEST_PROG_OUTSIDE_TURNS_H
#define TEST_PROG_OUTSIDE_TURNS_H

#include "outside.h"

static int ends[2], turn;

static void when(int n)
{
    while (__atomic_load_n(&turn, __ATOMIC_RELAXED) != n)
        usleep(20);
}

static void now(int n)
{
    __atomic_store_n(&turn, n, __ATOMIC_RELAXED);
}

/* What came in the round before was before this use. */
static void give(void *socket)
{
    pass_ticks();
    use(socket);
    now(1);
    when(2);
    CHECK(write(ends[1], "x", 1) == 1);
    now(0);
}

#endif
