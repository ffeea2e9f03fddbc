/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns under a lock of GLib's: LOCK(), UNLOCK() and the variable `lock`. */
#ifndef TEST_CLIENTS_TURNS_H
#define TEST_CLIENTS_TURNS_H

#include "order.h"

static void *socket_;

static void *run(void *unused)
{
    for (int i = 0; i < 20; i++) {
        LOCK(&lock);
        use(socket_);
        UNLOCK(&lock);
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

#endif
