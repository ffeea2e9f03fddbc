/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns as writers of a GRWLock. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>

#include "order.h"

static GRWLock lock;
static void *socket_;

static void *run(void *unused)
{
    for (int i = 0; i < 20; i++) {
        g_rw_lock_writer_lock(&lock);
        use(socket_);
        g_rw_lock_writer_unlock(&lock);
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
