/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What libzmq does to itself: zmq_poll() asks each socket by zmq_getsockopt(), a monitor is a
 * socket that its I/O threads write to, its I/O threads lock. Then the two uses of misuse.h,
 * without a message from outside before them: inner wrong|right.
 */
#include "misuse.h"

#include <string.h>

static void poll_and_receive(void *from, void *to)
{
    zmq_pollitem_t item = {from, 0, ZMQ_POLLIN, 0};
    char byte;

    zmq_send(to, "x", 1, 0);
    zmq_poll(&item, 1, -1);
    zmq_recv(from, &byte, 1, 0);
}

/* In its own thread, until the monitored socket is gone. */
static void *watch(void *monitor)
{
    uint16_t event = 0;

    while (event != ZMQ_EVENT_MONITOR_STOPPED) {
        char first[6], endpoint[256];

        if (zmq_recv(monitor, first, sizeof(first), 0) < 0 ||
            zmq_recv(monitor, endpoint, sizeof(endpoint), 0) < 0)
            break;
        memcpy(&event, first, sizeof(event));
    }
    zmq_close(monitor);
    return NULL;
}

static int use_all_of_it(void)
{
    void *context = zmq_ctx_new();
    void *push = zmq_socket(context, ZMQ_PUSH);
    void *pull = zmq_socket(context, ZMQ_PULL);
    void *monitor = zmq_socket(context, ZMQ_PAIR);
    char endpoint[256];
    size_t size = sizeof(endpoint);
    pthread_t thread;

    zmq_socket_monitor(push, "inproc://monitor", ZMQ_EVENT_ALL);
    zmq_connect(monitor, "inproc://monitor");
    pthread_create(&thread, NULL, watch, monitor);
    zmq_bind(pull, "tcp://127.0.0.1:*");
    zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, endpoint, &size);
    zmq_connect(push, endpoint);
    for (int i = 0; i < 20; i++)
        poll_and_receive(pull, push);
    zmq_close(push);
    zmq_close(pull);
    pthread_join(thread, NULL);
    return zmq_ctx_term(context);
}

int main(int argc, char **argv)
{
    int wrong = argc > 1 && strcmp(argv[1], "wrong") == 0;

    if (wrong)
        return misuse(1);
    return use_all_of_it() == 0 && misuse(0) == 0 ? 0 : 1;
}
