/* SPDX-License-Identifier: MPL-2.0 */
/* A program with libzmq inside: calls it, and names a thread as libzmq does. */
#include <pthread.h>

void *zmq_ctx_new(void);
int zmq_ctx_term(void *context);

int main(void)
{
    void *context = zmq_ctx_new();

    pthread_setname_np(pthread_self(), "ZMQbg/IO/0");
    return zmq_ctx_term(context);
}
