/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a flag of std::atomic, right by release and acquire: no call shows that, so it is
 * reported as the wrong one (relaxed) is, until the program says so (order_annotations_cpp).
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls */
#include <atomic>

#include "order.h"

static std::atomic<void *> handed_over;

static void *run(void *unused)
{
    void *socket;

    while ((socket = handed_over.load(std::memory_order_acquire)) == nullptr)
        usleep(100);
    use(socket);
    return unused;
}

int main()
{
    void *context = zmq_ctx_new();
    pthread_t thread;
    void *socket;

    pthread_create(&thread, nullptr, run, nullptr);
    socket = make_socket(context);
    use(socket);
    handed_over.store(socket, std::memory_order_release);
    pthread_join(thread, nullptr);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
