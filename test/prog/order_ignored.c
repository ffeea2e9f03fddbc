/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ZMQGUARD_IGNORE_BEGIN/END switch checking off, never ordering: messages that are sent, received
 * or polled for in between order as any other, over endpoints that were made in between too. And
 * what is not checked makes no owner.
 * zg: expect silent
 */
#include "order.h"
#include "zmqguard.h"

enum { PLAIN, SENT, RECEIVED, POLLED, ATTACHED, MADE, ALL, CASES };

static void *context, *shared, *from, *to;

static void begin(int how, int here)
{
    if (how == here || how == ALL)
        ZMQGUARD_IGNORE_BEGIN();
}

static void end(int how, int here)
{
    if (how == here || how == ALL)
        ZMQGUARD_IGNORE_END();
}

static void *receiver(void *how)
{
    zmq_pollitem_t item = {.socket = to, .events = ZMQ_POLLIN};
    int which = *(int *)how;
    char text[4];

    begin(which, which == POLLED ? POLLED : RECEIVED);
    if (which == POLLED)
        CHECK(zmq_poll(&item, 1, -1) == 1);
    else
        CHECK(zmq_recv(to, text, sizeof(text), 0) == 1);
    end(which, which == POLLED ? POLLED : RECEIVED);
    use(shared);
    return NULL;
}

static void hand_over(int how)
{
    char name[] = "inproc://0";
    pthread_t thread;

    name[sizeof(name) - 2] += (char)how;
    shared = make_socket(context);
    begin(how, MADE);
    from = zmq_socket(context, ZMQ_PAIR);
    to = zmq_socket(context, ZMQ_PAIR);
    end(how, MADE);
    begin(how, ATTACHED);
    CHECK(zmq_bind(to, name) == 0 && zmq_connect(from, name) == 0);
    end(how, ATTACHED);
    CHECK(pthread_create(&thread, NULL, receiver, &how) == 0);
    use(shared);
    begin(how, SENT);
    CHECK(zmq_send(from, "x", 1, 0) == 1);
    end(how, SENT);
    pthread_join(thread, NULL);
    begin(how, MADE);
    CHECK(zmq_close(to) == 0 && zmq_close(from) == 0);
    end(how, MADE);
    CHECK(zmq_close(shared) == 0);
}

/* A use that nothing orders, and that nobody checks. */
static void *meddle(void *socket)
{
    await(1);
    ZMQGUARD_IGNORE_BEGIN();
    use(socket);
    ZMQGUARD_IGNORE_END();
    reached(2);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    void *socket;

    context = zmq_ctx_new();
    for (int how = 0; how < CASES; how++)
        hand_over(how);
    socket = make_socket(context);
    CHECK(pthread_create(&thread, NULL, meddle, socket) == 0);
    use(socket);
    reached(1);
    await(2);
    use(socket);
    pthread_join(thread, NULL);
    CHECK(zmq_close(socket) == 0);
    return zmq_ctx_term(context);
}
