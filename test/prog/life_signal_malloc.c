/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A signal handler sends while the main program is in malloc, called by libzmq, within a send on
 * the same socket. The allocator's lock is held: who allocates to report would hang.
 *
 * zg: expect reentrant-use
 * zg: report which is inside of zmq_send\(\) on it already
 * zg: runs 20
 * zg: bare any
 */
#include "life.h"

extern void *__libc_malloc(size_t size);

static void *socket_;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t locked;

void *malloc(size_t size)
{
    void *p;

    if (locked)
        _exit(98); /* a second entry: a real lock would hang here */
    p = __libc_malloc(size);
    if (armed) {
        armed = 0;
        locked = 1;
        raise(SIGUSR1);
        locked = 0;
    }
    return p;
}

static void handler(int signum)
{
    (void)signum;
    zmq_send(socket_, "x", 1, ZMQ_DONTWAIT);
}

int main(void)
{
    static char large[100000];
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};

    socket_ = zmq_socket(context, ZMQ_PUB);
    CHECK(zmq_bind(socket_, "inproc://x") == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    armed = 1;
    zmq_send(socket_, large, sizeof(large), 0); /* more than a message holds itself: malloc */
    return 0;
}
