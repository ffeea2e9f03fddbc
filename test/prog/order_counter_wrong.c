/* SPDX-License-Identifier: MPL-2.0 */
/* A counter of libzmq orders nothing for a thread that does not look at it. */
/* zg: expect cross-thread-use */

#include "order.h"

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    void *counter = zmq_atomic_counter_new();
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, use_second, socket) == 0);
    use(socket);
    zmq_atomic_counter_inc(counter);
    reached(1);
    await(2);
    return 0;
}
