/* SPDX-License-Identifier: MPL-2.0 */
/* A local user who opens connection after connection to an ipc endpoint, against a server with 64
 * descriptors. libzmq's ipc_listener.cpp takes EMFILE from accept(2) for a bug and aborts. */
#ifndef TEST_PROG_IPC_FLOOD_H
#define TEST_PROG_IPC_FLOOD_H

#include "ipc.h"
#include <sys/resource.h>

#define PEERS 90 /* fewer than the listener's backlog: no connect has to wait */

/* Opens them all, waits until the server has greeted or refused each (or is dead), says so, and
 * holds them until the pipe is closed. */
static void flood(int start, int opened, int end)
{
    int peers[PEERS];
    char c;

    CHECK(read(start, &c, 1) == 1);
    for (int i = 0; i < PEERS; i++)
        peers[i] = ipc_connect("x");
    for (int i = 0; i < PEERS; i++)
        (void)!read(peers[i], &c, 1);
    CHECK(write(opened, "o", 1) == 1);
    (void)!read(end, &c, 1);
    _exit(0);
}

static inline int flooded(void)
{
    struct rlimit few = {64, 64};
    int start[2], opened[2], end[2];
    void *context, *pull;
    char c;
    pid_t child;

    CHECK(pipe(start) == 0 && pipe(opened) == 0 && pipe(end) == 0);
    child = fork();
    if (child == 0) {
        close(end[1]);
        flood(start[0], opened[1], end[0]);
    }
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    umask(0177);
    context = zmq_ctx_new();
    pull = ipc_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    CHECK(write(start[1], "s", 1) == 1);
    CHECK(read(opened[0], &c, 1) == 1);
    close(end[1]); /* the flood is over; whoever lives serves again */
    CHECK(waitpid(child, NULL, 0) == child);
    ipc_exchange(context, pull, "ipc://x");
    ipc_end(context, pull);
    return 0;
}

#endif
