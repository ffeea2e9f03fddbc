/* SPDX-License-Identifier: MPL-2.0 */
/* pthread_once() on controls at the beginning of blocks on the heap, where C++ has its futures'. */
#include <pthread.h>
#include <stdlib.h>
#include <zmq.h>

static void run(void)
{
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);

    for (int i = 0; i < 8; i++) {
        pthread_once_t *once = calloc(1, sizeof(*once));

        if (once == NULL || pthread_once(once, run) != 0)
            return 1;
        free(once);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
