/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A free function that tells by a PUSH socket, under a mutex, as pyzmq's does: libzmq's I/O thread
 * calls it, to which only the making of the message leads from where the socket was made.
 *
 * zg: expect silent
 * zg: runs 20
 */
#include <pthread.h>
#include <stdlib.h>
#include <zmq.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *push;

static void tell(void *data, void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex);
    zmq_send(push, "x", 1, 0);
    pthread_mutex_unlock(&mutex);
    free(data);
}

int main(void)
{
    enum { MESSAGES = 20, SIZE = 100000 };
    void *context = zmq_ctx_new();
    void *told = zmq_socket(context, ZMQ_PULL);
    void *from = zmq_socket(context, ZMQ_DEALER), *to = zmq_socket(context, ZMQ_DEALER);
    char endpoint[256], byte;
    size_t room = sizeof(endpoint);
    zmq_msg_t message;

    if (zmq_bind(to, "tcp://127.0.0.1:*") != 0 ||
        zmq_getsockopt(to, ZMQ_LAST_ENDPOINT, endpoint, &room) != 0 ||
        zmq_connect(from, endpoint) != 0 || zmq_send(from, "x", 1, 0) != 1 ||
        zmq_recv(to, &byte, 1, 0) != 1)
        return 1;
    /* Last: glibc's name resolution, a pthread_once(), would order what was before it. */
    push = zmq_socket(context, ZMQ_PUSH);
    if (zmq_bind(told, "inproc://told") != 0 || zmq_connect(push, "inproc://told") != 0)
        return 1;
    for (int i = 0; i < MESSAGES; i++) {
        zmq_msg_init_data(&message, calloc(1, SIZE), SIZE, tell, NULL);
        if (zmq_msg_send(&message, from, 0) != SIZE || zmq_recv(to, &byte, 1, 0) != SIZE ||
            zmq_recv(told, &byte, 1, 0) != 1)
            return 1;
    }
    pthread_mutex_lock(&mutex);
    zmq_close(push);
    pthread_mutex_unlock(&mutex);
    zmq_close(told);
    zmq_close(from);
    zmq_close(to);
    zmq_ctx_term(context);
    return 0;
}
