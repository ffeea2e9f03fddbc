/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program that is linked with libunwind: the guard's own use of that copy, whose locks come to
 * the hooks, neither orders the program's threads nor makes their order unknown.
 *
 * zg: expect cross-thread-use
 * zg: link -lunwind
 */
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zmq.h>

static void *shared;
static atomic_int sent;

static void *sender(void *unused)
{
    (void)unused;
    zmq_send(shared, "1", 1, 0);
    atomic_store_explicit(&sent, 1, memory_order_relaxed);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *peer = zmq_socket(context, ZMQ_PAIR);
    unw_context_t here;
    pthread_t thread;

    unw_getcontext(&here);
    shared = zmq_socket(context, ZMQ_PAIR);
    zmq_bind(peer, "inproc://unwind");
    zmq_connect(shared, "inproc://unwind");
    pthread_create(&thread, NULL, sender, NULL);
    while (!atomic_load_explicit(&sent, memory_order_relaxed))
        ;
    zmq_send(shared, "2", 1, 0);
    pthread_join(thread, NULL);
    zmq_close(shared);
    zmq_close(peer);
    zmq_ctx_term(context);
    return 0;
}
