/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread sends to itself until nothing is expected to be learnt from what it receives. Then
 * another thread sends there: by the same socket, by one of its own, and through a proxy.
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

static void *connected(const char *name)
{
    void *push = zmq_socket(context, ZMQ_PUSH);

    CHECK(zmq_connect(push, name) == 0);
    return push;
}

static void *use_and_send_to(void *name)
{
    void *push = connected(name);

    use_and_send(push);
    CHECK(zmq_close(push) == 0);
    return NULL;
}

static void *forward(void *ends)
{
    void **end = ends;

    CHECK(zmq_proxy(end[0], end[1], NULL) == -1);
    CHECK(zmq_close(end[0]) == 0 && zmq_close(end[1]) == 0);
    return NULL;
}

/* The proxy has not sent yet when it makes the two names one. */
static void *use_and_send_by_proxy(void *thread)
{
    static void *ends[2];

    ends[0] = zmq_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(ends[0], "inproc://in") == 0);
    ends[1] = connected("inproc://x");
    CHECK(pthread_create(thread, NULL, forward, ends) == 0);
    return use_and_send_to("inproc://in");
}

struct sender {
    void *from; /* the thread's own */
    void *(*run)(void *);
    void *arg;
    pthread_t thread;
    int calls;
};

/* Of many messages another thread sends the last. Not inline: all are received in one place. */
__attribute__((noinline)) static void next(struct sender *s)
{
    if (++s->calls <= TIMES)
        send_one(s->from);
    else
        CHECK(pthread_create(&s->thread, NULL, s->run, s->arg) == 0);
}

/* Another thread uses what is handed over, and its message tells of it. */
static void learn(void *from, void *to, void *(*run)(void *), void *arg)
{
    struct sender s = {.from = from, .run = run, .arg = arg};

    reached(0);
    for (int i = 0; i <= TIMES; i++) {
        next(&s);
        receive_one(to);
    }
    use(handed); /* in order with the other thread's use */
    reached(1);
    CHECK(pthread_join(s.thread, NULL) == 0);
}

int main(void)
{
    void *pull, *push;
    pthread_t proxy;

    context = zmq_ctx_new();
    handed = make_socket(context);
    use(handed);
    pull = zmq_socket(context, ZMQ_PULL);
    CHECK(zmq_bind(pull, "inproc://x") == 0);
    push = connected("inproc://x");
    for (int i = 0; i < 3; i++)
        learn(push, pull, use_and_send, push);
    learn(push, pull, use_and_send_by_proxy, &proxy);
    for (int i = 0; i < 3; i++)
        learn(push, pull, use_and_send_to, "inproc://x");
    CHECK(zmq_close(push) == 0 && zmq_close(pull) == 0 && zmq_close(handed) == 0);
    CHECK(zmq_ctx_shutdown(context) == 0);
    CHECK(pthread_join(proxy, NULL) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
