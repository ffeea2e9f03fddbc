/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a pipe. */
/* zg: expect silent */

#include "outside.h"

static int ends[2];

static void prepare(void *context)
{
    (void)context;
    CHECK(pipe(ends) == 0);
}

static void give(void *socket)
{
    CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
}

static void *take(void *context)
{
    void *socket;

    (void)context;
    CHECK(read(ends[0], &socket, sizeof(socket)) == sizeof(socket));
    return took(socket);
}

int main(void)
{
    hand_over();
    return 0;
}
