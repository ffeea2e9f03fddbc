/* SPDX-License-Identifier: MPL-2.0 */
/* Sockets' pointers go through a proxy between two inproc endpoints; the context ends it.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

#define SENDERS 8

static void *context;
static void *ends[2];

static void *proxy(void *unused)
{
    zmq_proxy(ends[0], ends[1], NULL);
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    return unused;
}

static void *sender(void *unused)
{
    void *push = zmq_socket(context, ZMQ_PUSH), *socket;

    zmq_connect(push, "inproc://in");
    for (int i = 0; i < 5; i++) {
        socket = make_socket(context);
        use(socket);
        zmq_send(push, &socket, sizeof(socket), 0);
    }
    zmq_close(push);
    return unused;
}

int main(void)
{
    pthread_t proxy_thread, senders[SENDERS];
    void *pull, *socket;

    context = zmq_ctx_new();
    ends[0] = zmq_socket(context, ZMQ_PULL);
    ends[1] = zmq_socket(context, ZMQ_PUSH);
    zmq_bind(ends[0], "inproc://in");
    zmq_bind(ends[1], "inproc://out");
    pull = zmq_socket(context, ZMQ_PULL);
    zmq_connect(pull, "inproc://out");
    pthread_create(&proxy_thread, NULL, proxy, NULL);
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&senders[i], NULL, sender, NULL);
    for (int i = 0; i < SENDERS * 5; i++) {
        CHECK(zmq_recv(pull, &socket, sizeof(socket), 0) == sizeof(socket));
        use(socket);
        zmq_close(socket);
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i], NULL);
    zmq_close(pull);
    zmq_ctx_term(context);
    pthread_join(proxy_thread, NULL);
    return 0;
}
