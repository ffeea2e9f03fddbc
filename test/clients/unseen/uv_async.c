/* SPDX-License-Identifier: MPL-2.0 */
/* Sockets go to a libuv loop by uv_async_send(), over a list of the program's own atomics. */
/* build: $(pkg-config --cflags --libs libuv) */
#include <uv.h>

#include "order.h"

static void *slot;
static int left = 10;

static void on_wake(uv_async_t *wake)
{
    void *socket = __atomic_exchange_n(&slot, NULL, __ATOMIC_ACQUIRE);

    if (socket == NULL)
        return;
    use(socket);
    zmq_close(socket);
    if (--left == 0)
        uv_close((uv_handle_t *)wake, NULL);
}

static void *loop_(void *loop)
{
    uv_run(loop, UV_RUN_DEFAULT);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    uv_async_t wake;
    pthread_t thread;

    uv_async_init(uv_default_loop(), &wake, on_wake);
    pthread_create(&thread, NULL, loop_, uv_default_loop());
    for (int i = 0; i < 10; i++) {
        void *socket = make_socket(context);

        use(socket);
        while (__atomic_load_n(&slot, __ATOMIC_RELAXED) != NULL)
            usleep(100);
        __atomic_store_n(&slot, socket, __ATOMIC_RELEASE);
        uv_async_send(&wake);
    }
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
    return 0;
}
