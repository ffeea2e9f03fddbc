/* SPDX-License-Identifier: MPL-2.0 */
/* Two messages of the same data: the end of the first leaves the second one's order alone, whose
 * free function closes a socket that was last used before that message was sent.
 * zg: expect silent
 * zg: runs 20 */
#include "order.h"

#define SIZE 100000

static void leave_it(void *data, void *unused)
{
    (void)data;
    (void)unused;
}

static void free_it(void *data, void *socket)
{
    use(socket);
    zmq_close(socket);
    free(data);
    reached(1);
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *push = zmq_socket(context, ZMQ_PUSH), *pull = zmq_socket(context, ZMQ_PULL);
    void *socket = make_socket(context), *data = calloc(1, SIZE);
    char endpoint[64];
    size_t size = sizeof(endpoint);
    zmq_msg_t first, second;

    CHECK(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, endpoint, &size);
    CHECK(zmq_connect(push, endpoint) == 0);
    zmq_msg_init_data(&first, data, SIZE, leave_it, NULL);
    zmq_msg_init_data(&second, data, SIZE, free_it, socket);
    zmq_msg_close(&first);
    use(socket);
    CHECK(zmq_msg_send(&second, push, 0) == SIZE);
    await(1);
    zmq_close(push);
    zmq_close(pull);
    zmq_ctx_term(context);
    return 0;
}
