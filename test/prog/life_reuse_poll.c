/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Calls that use several sockets find a new socket at the address of a closed one, which this
 * thread used before: whether it closed the old and made the new one itself, or another thread did.
 *
 * zg: expect silent
 */
#include <pthread.h>

#include "life_reuse.h"

static void *context;

static void recv_nothing(void *socket)
{
    char text[4];

    CHECK(zmq_recv(socket, text, sizeof(text), ZMQ_DONTWAIT) == -1);
}

static void *exchange(void *old)
{
    CHECK(zmq_close(old) == 0);
    return life_socket_at(context, ZMQ_PULL, old);
}

static void *exchange_there(void *old)
{
    pthread_t thread;
    void *now;

    CHECK(pthread_create(&thread, NULL, exchange, old) == 0);
    CHECK(pthread_join(thread, &now) == 0);
    return now;
}

static void poll_it(void *socket)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};

    CHECK(zmq_poll(&item, 1, 0) == 0);
}

/* A proxy that has been told to end when it begins. */
static void proxy_it(void *socket)
{
    static char name[] = "inproc://control 0";
    void *other = zmq_socket(context, ZMQ_PUSH);
    void *teller = zmq_socket(context, ZMQ_PAIR);
    void *control = zmq_socket(context, ZMQ_PAIR);

    name[sizeof(name) - 2]++;
    CHECK(zmq_bind(control, name) == 0 && zmq_connect(teller, name) == 0);
    CHECK(zmq_send(teller, "TERMINATE", 9, 0) == 9);
    (void)zmq_proxy_steerable(socket, other, NULL, control);
    CHECK(zmq_close(other) == 0 && zmq_close(teller) == 0 && zmq_close(control) == 0);
}

int main(void)
{
    void (*const calls[])(void *) = {poll_it, proxy_it};
    void *(*const ways[])(void *) = {exchange, exchange_there};

    context = zmq_ctx_new();
    for (int i = 0; i < 4; i++) {
        void *socket = zmq_socket(context, ZMQ_PULL);

        recv_nothing(socket);
        socket = ways[i / 2](socket);
        calls[i % 2](socket);
        recv_nothing(socket);
        CHECK(zmq_close(socket) == 0);
    }
    return zmq_ctx_term(context);
}
