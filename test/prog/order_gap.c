/* SPDX-License-Identifier: MPL-2.0 */
/* Each of two threads uses the socket exactly once, at least 20 ms apart. The flag that makes them
 * take turns orders nothing; the report tells the time that passed.
 * zg: expect cross-thread-use
 * zg: runs 20
 * zg: report ([2-9][0-9]|[1-9][0-9][0-9]+) ms after the owner
 * zg: report nothing orders the two calls
 * zg: report thread T[0-9]+ last acquired: its creation by thread T1 [0-9]+ ms before */
#include "order.h"

static void *socket_;

static void *first(void *unused)
{
    use(socket_);
    reached(1);
    return unused;
}

static void *second(void *unused)
{
    await(1);
    usleep(20000);
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
