/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A signal handler on an alternate stack of 8 KiB (SIGSTKSZ), of which the kernel takes up to half,
 * sends on a socket of its own: for the first time from there, and again. What lies below the stack
 * cannot be touched.
 *
 * zg: expect silent
 */
#include <sys/mman.h>

#include "life.h"

enum { STACK = 8192, FENCE = 65536 };

static void *own;
static volatile sig_atomic_t sent;

static void handler(int signum)
{
    int saved = errno;

    (void)signum;
    /* From two places: each has a stack of its own to be taken. */
    if (zmq_send(own, "x", 1, ZMQ_DONTWAIT) < 0 && errno == EAGAIN)
        sent++;
    if (zmq_send(own, "yy", 2, ZMQ_DONTWAIT) < 0 && errno == EAGAIN)
        sent++;
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    char *memory =
        mmap(NULL, FENCE + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = memory + FENCE, .ss_size = STACK};
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);

    own = zmq_socket(context, ZMQ_PUSH);
    CHECK(memory != MAP_FAILED && mprotect(memory, FENCE, PROT_NONE) == 0);
    CHECK(sigaltstack(&stack, NULL) == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    /* Lazy binding has been done by then: it needs 3 KiB for itself. */
    CHECK(zmq_send(own, "x", 1, ZMQ_DONTWAIT) < 0 && errno == EAGAIN);
    for (int i = 0; i < 100; i++) {
        CHECK(zmq_send(socket, "x", 1, ZMQ_DONTWAIT) < 0 && errno == EAGAIN);
        CHECK(raise(SIGUSR1) == 0);
    }
    CHECK(sent == 200);
    CHECK(zmq_close(own) == 0 && zmq_close(socket) == 0 && zmq_ctx_term(context) == 0);
    return 0;
}
