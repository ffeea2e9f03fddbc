/* SPDX-License-Identifier: MPL-2.0 */
/* A message is freed in an I/O thread, which uses a socket there; its sender goes on using it,
 * unordered.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include "order.h"

#define SIZE 100000

static void free_it(void *data, void *socket)
{
    use(socket);
    free(data);
    reached(1);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *push = zmq_socket(context, ZMQ_PUSH), *pull = zmq_socket(context, ZMQ_PULL);
    void *socket = make_socket(context);
    char endpoint[64];
    size_t size = sizeof(endpoint);
    zmq_msg_t message;

    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, endpoint, &size);
    CHECK(zmq_connect(push, endpoint) == 0);
    zmq_msg_init_data(&message, calloc(1, SIZE), SIZE, free_it, socket);
    use(socket);
    CHECK(zmq_msg_send(&message, push, 0) == SIZE);
    await(1);
    use(socket);
    zmq_close(socket);
    zmq_close(push);
    zmq_close(pull);
    zmq_ctx_term(context);
    return 0;
}
