/* SPDX-License-Identifier: MPL-2.0 */
/* A free function that sends: it runs in libzmq's I/O thread, after the send of its message, on a
 * socket that main made and closes (pyzmq's zero-copy does this).
 *
 * // zg: expect silent
 * // zg: runs 20
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static void *collector;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void released(void *data, void *hint)
{
    free(data);
    pthread_mutex_lock(&mutex);
    zmq_send(hint, "free", 4, 0);
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    void *ctx = zmq_ctx_new();
    void *done = zmq_socket(ctx, ZMQ_PULL);
    void *in = zmq_socket(ctx, ZMQ_PULL);
    void *out = zmq_socket(ctx, ZMQ_PUSH);
    char at[64], word[8];
    size_t len = sizeof(at);
    zmq_msg_t msg;

    zmq_bind(done, "inproc://done");
    zmq_bind(in, "tcp://127.0.0.1:*");
    zmq_getsockopt(in, ZMQ_LAST_ENDPOINT, at, &len);
    zmq_connect(out, at);
    collector = zmq_socket(ctx, ZMQ_PUSH);
    zmq_connect(collector, "inproc://done");
    for (int i = 0; i < 20; i++) {
        zmq_msg_init_data(&msg, calloc(1, 100000), 100000, released, collector);
        zmq_msg_send(&msg, out, 0);
        zmq_recv(in, word, sizeof(word), 0);
        if (zmq_recv(done, word, sizeof(word), 0) != 4 || memcmp(word, "free", 4) != 0)
            return 1;
    }
    /* The last free function may be on its way out of zmq_send(). */
    pthread_mutex_lock(&mutex);
    zmq_close(collector);
    pthread_mutex_unlock(&mutex);
    zmq_close(out);
    zmq_close(in);
    zmq_close(done);
    return zmq_ctx_term(ctx);
}
