/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What orders over inproc without a message of the application's: a subscription, a message that is
 * polled for but not received, and one that the socket's ZMQ_EVENTS tell of.
 * zg: expect silent
 */
#include "order.h"

static void *context, *handed;

/* Uses the socket, and then does what the main thread is to notice. */
static void *subscribe(void *sub)
{
    use(handed);
    CHECK(zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "x", 1) == 0);
    return NULL;
}

static void *send_one(void *push)
{
    use(handed);
    CHECK(zmq_send(push, "x", 1, 0) == 1);
    return NULL;
}

static void wait_for_events(void *socket)
{
    int events = 0;
    size_t size = sizeof(events);

    while ((events & ZMQ_POLLIN) == 0)
        CHECK(zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0);
}

static void notice(void *socket, int how)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    char text[8];

    if (how == 0)
        CHECK(zmq_recv(socket, text, sizeof(text), 0) == 2);
    else if (how == 1)
        CHECK(zmq_poll(&item, 1, -1) == 1);
    else
        wait_for_events(socket);
}

int main(void)
{
    static const int types[3][2] = {
        {ZMQ_XPUB, ZMQ_SUB}, {ZMQ_PULL, ZMQ_PUSH}, {ZMQ_PULL, ZMQ_PUSH}};

    context = zmq_ctx_new();
    for (int how = 0; how < 3; how++) {
        void *here = zmq_socket(context, types[how][0]);
        void *there = zmq_socket(context, types[how][1]);
        pthread_t thread;

        handed = make_socket(context);
        CHECK(zmq_bind(here, "inproc://x") == 0);
        CHECK(zmq_connect(there, "inproc://x") == 0);
        pthread_create(&thread, NULL, how == 0 ? subscribe : send_one, there);
        notice(here, how);
        use(handed);
        pthread_join(thread, NULL);
        CHECK(zmq_unbind(here, "inproc://x") == 0);
        CHECK(zmq_close(here) == 0 && zmq_close(there) == 0 && zmq_close(handed) == 0);
    }
    zmq_ctx_term(context);
    return 0;
}
