/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmq_ctx_term() is held by a socket that is closed late; it returns as ever then.
 *
 * zg: expect warning term-stall
 * zg: options term_stall=1
 * zg: report zmq_ctx_term\(\) by the main thread has waited 1 s for 1 open socket of context C1
 * zg: report socket S1 PUSH, connected tcp://127.0.0.1:9, created by the main thread, linger -1
 * zg: report owned by the main thread, which is not inside of a call
 */
#include <pthread.h>

#include "life.h"

static void *forgotten;

static void *close_late(void *arg)
{
    (void)arg;
    life_await_report();
    CHECK(zmq_close(forgotten) == 0);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    forgotten = zmq_socket(context, ZMQ_PUSH);
    CHECK(zmq_connect(forgotten, "tcp://127.0.0.1:9") == 0);
    CHECK(pthread_create(&thread, NULL, close_late, NULL) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    pthread_join(thread, NULL);
    return 0;
}
