/* SPDX-License-Identifier: MPL-2.0 */
/* Each of two threads uses the socket exactly once, 100 ms apart, and nothing orders the two.
 * zg: expect cross-thread-use
 * zg: runs 20
 * zg: report [1-9][0-9]+ ms after the owner
 * zg: report nothing orders the two calls
 * zg: report thread T[0-9]+ last acquired: its creation by thread T1 [0-9]+ ms before */
#include "order.h"

static void *socket_;

static void *first(void *unused)
{
    use(socket_);
    return unused;
}

static void *second(void *unused)
{
    usleep(100000);
    use(socket_);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t a, b;

    socket_ = make_socket(context);
    pthread_create(&a, NULL, first, NULL);
    pthread_create(&b, NULL, second, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
