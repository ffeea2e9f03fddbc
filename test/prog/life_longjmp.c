/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A handler jumps out of a call on a socket, over the guard's frames, and the socket is used again:
 * from a frame further out, and further in.
 *
 * zg: expect silent
 */
#include <setjmp.h>

#include "life.h"

static sigjmp_buf back;

static void handler(int signum)
{
    (void)signum;
    siglongjmp(back, 1);
}

static int receive(void *socket, int deeper, int flags)
{
    char text[4];
    volatile char room[256] = {0};

    if (deeper > 0)
        return receive(socket, deeper - 1, flags) + room[0];
    return zmq_recv(socket, text, sizeof(text), flags);
}

int main(void)
{
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};
    void *socket;

    life_mask(SIG_BLOCK, SIGALRM);
    socket = zmq_socket(context, ZMQ_PAIR);
    life_mask(SIG_UNBLOCK, SIGALRM);
    CHECK(zmq_bind(socket, "inproc://x") == 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    for (volatile int i = 0; i < 2; i++) {
        if (sigsetjmp(back, 1) == 0) {
            ualarm(100000, 0);
            receive(socket, i == 0 ? 3 : 0, 0);
            CHECK(0);
        }
        CHECK(receive(socket, i == 0 ? 0 : 3, ZMQ_DONTWAIT) == -1 && errno == EAGAIN);
    }
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
