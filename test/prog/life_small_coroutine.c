/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Coroutines with small stacks, below which nothing can be touched, do all of a socket's life. The
 * first has 32 KiB and makes the context, which libzmq itself needs 15 KiB for, and is the first
 * call of the process; the second has 16 KiB, and the third, which only sends, 4 KiB.
 *
 * zg: expect silent
 */
#include <sys/mman.h>
#include <ucontext.h>

#include "life.h"

enum { LARGEST = 32768, FENCE = 65536 };

static ucontext_t outside;
static void *context;
static void *push;
static void *pull;

static void make(void)
{
    context = zmq_ctx_new();
    CHECK(context != NULL);
}

static void live(void)
{
    char c;

    pull = zmq_socket(context, ZMQ_PULL);
    push = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_bind(pull, "inproc://x") == 0 && zmq_connect(push, "inproc://x") == 0);
    CHECK(zmq_send(push, "x", 1, 0) == 1 && zmq_recv(pull, &c, 1, 0) == 1);
}

static void send_again(void)
{
    CHECK(zmq_send(push, "y", 1, 0) == 1);
}

static void end(void)
{
    CHECK(zmq_close(push) == 0 && zmq_close(pull) == 0 && zmq_ctx_term(context) == 0);
}

static void run(void (*fn)(void), char *top, size_t size)
{
    ucontext_t inside;

    CHECK(getcontext(&inside) == 0 && mprotect(top - LARGEST, LARGEST, PROT_NONE) == 0);
    CHECK(mprotect(top - size, size, PROT_READ | PROT_WRITE) == 0);
    inside.uc_stack.ss_sp = top - size;
    inside.uc_stack.ss_size = size;
    inside.uc_link = &outside;
    makecontext(&inside, fn, 0);
    CHECK(swapcontext(&outside, &inside) == 0);
}

int main(void)
{
    char *memory = mmap(NULL, FENCE + LARGEST, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(memory != MAP_FAILED);
    run(make, memory + FENCE + LARGEST, 32768);
    run(live, memory + FENCE + LARGEST, 16384);
    run(send_again, memory + FENCE + LARGEST, 4096);
    run(end, memory + FENCE + LARGEST, 16384);
    return 0;
}
