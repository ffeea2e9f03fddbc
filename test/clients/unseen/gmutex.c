/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns under a GMutex, which is a futex of GLib's own. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>

#include "order.h"

static GMutex lock;
static void *socket_;

static void *run(void *unused)
{
    for (int i = 0; i < 20; i++) {
        g_mutex_lock(&lock);
        use(socket_);
        g_mutex_unlock(&lock);
        sched_yield();
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    socket_ = make_socket(context);
    pthread_create(&thread, NULL, run, NULL);
    run(NULL);
    pthread_join(thread, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
