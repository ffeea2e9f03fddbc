/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes to and fro between two threads by two GAsyncQueues. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>

#include "order.h"

static GAsyncQueue *there, *back;

static void *run(void *unused)
{
    for (int i = 0; i < 20; i++) {
        void *socket = g_async_queue_pop(there);

        use(socket);
        g_async_queue_push(back, socket);
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket;
    pthread_t thread;

    there = g_async_queue_new();
    back = g_async_queue_new();
    pthread_create(&thread, NULL, run, NULL);
    socket = make_socket(context);
    for (int i = 0; i < 20; i++) {
        use(socket);
        g_async_queue_push(there, socket);
        socket = g_async_queue_pop(back);
    }
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
