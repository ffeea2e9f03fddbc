/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread sends to itself until nothing is expected to be learnt from what it receives. Then
 * another thread has the other end, and sends there.
 * zg: expect silent
 */
#include "order.h"

enum { TIMES = 150 };

static void *context, *handed;

static void send_one(void *socket)
{
    CHECK(zmq_send(socket, "x", 1, 0) == 1);
}

static void receive_one(void *socket)
{
    char text[8];

    CHECK(zmq_recv(socket, text, sizeof(text), 0) == 1);
}

static void *use_and_send(void *socket)
{
    use(handed);
    send_one(socket);
    await(1); /* its end orders nothing yet */
    return NULL;
}

/* Of many messages another thread sends the last. Not inline: all are received in one place. */
__attribute__((noinline)) static void next(int i, void *push, pthread_t *thread)
{
    if (i < TIMES)
        send_one(push);
    else
        CHECK(pthread_create(thread, NULL, use_and_send, push) == 0);
}

/* Another thread uses what is handed over, and its message tells of it. */
static void learn(void *push, void *pull)
{
    pthread_t thread;

    reached(0);
    for (int i = 0; i <= TIMES; i++) {
        next(i, push, &thread);
        receive_one(pull);
    }
    use(handed);
    reached(1);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(void)
{
    void *pull, *push;

    context = zmq_ctx_new();
    handed = make_socket(context);
    use(handed);
    pull = zmq_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(pull, "inproc://x") == 0);
    push = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_connect(push, "inproc://x") == 0);
    for (int i = 0; i < 3; i++)
        learn(push, pull);
    CHECK(zmq_close(push) == 0 && zmq_close(pull) == 0 && zmq_close(handed) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
