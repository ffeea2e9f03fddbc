/* SPDX-License-Identifier: MPL-2.0 */
/* A monitor: its events are read in a thread, which also ends it, while the owner uses the socket.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

static void *context, *watched;

static void *watch(void *unused)
{
    void *pair = zmq_socket(context, ZMQ_PAIR);
    zmq_msg_t message;
    int stopped = 0;

    CHECK(zmq_connect(pair, "inproc://events") == 0);
    while (!stopped) {
        zmq_msg_init(&message);
        CHECK(zmq_msg_recv(&message, pair, 0) >= 0);
        stopped = *(unsigned short *)zmq_msg_data(&message) == ZMQ_EVENT_MONITOR_STOPPED;
        zmq_msg_close(&message);
        zmq_msg_init(&message);
        CHECK(zmq_msg_recv(&message, pair, 0) >= 0);
        zmq_msg_close(&message);
    }
    zmq_close(pair);
    return unused;
}

int main(void)
{
    pthread_t thread;
    void *peer;
    char endpoint[64];
    size_t size = sizeof(endpoint);

    context = zmq_ctx_new();
    watched = zmq_socket(context, ZMQ_REP);
    peer = zmq_socket(context, ZMQ_REQ);
    CHECK(zmq_socket_monitor(watched, "inproc://events", ZMQ_EVENT_ALL) == 0);
    pthread_create(&thread, NULL, watch, NULL);
    CHECK(zmq_bind(watched, "tcp://127.0.0.1:*") == 0);
    zmq_getsockopt(watched, ZMQ_LAST_ENDPOINT, endpoint, &size);
    zmq_connect(peer, endpoint);
    for (int i = 0; i < 5; i++) {
        char byte;

        zmq_send(peer, "q", 1, 0);
        zmq_recv(watched, &byte, 1, 0);
        zmq_send(watched, "a", 1, 0);
        zmq_recv(peer, &byte, 1, 0);
    }
    zmq_close(peer);
    zmq_socket_monitor(watched, NULL, 0);
    pthread_join(thread, NULL);
    zmq_close(watched);
    zmq_ctx_term(context);
    return 0;
}
