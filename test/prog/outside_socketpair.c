/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a socket pair. */
/* zg: expect silent */
#include <sys/socket.h>

#include "outside.h"

static int ends[2];

static void prepare(void *context)
{
    (void)context;
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
}

static void give(void *socket)
{
    CHECK(send(ends[1], &socket, sizeof(socket), 0) == sizeof(socket));
}

static void *take(void *context)
{
    void *socket;

    (void)context;
    CHECK(recv(ends[0], &socket, sizeof(socket), 0) == sizeof(socket));
    return took(socket);
}

int main(void)
{
    hand_over();
    return 0;
}
