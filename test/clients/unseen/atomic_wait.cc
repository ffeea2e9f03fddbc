/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes to and fro by std::atomic::wait() and notify_one(). */
/* build: */
#include <atomic>
#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    std::atomic<int> turn{0};
    auto run = [&](int me) {
        for (int i = me; i < 40; i += 2) {
            for (int now; (now = turn.load(std::memory_order_acquire)) != i;)
                turn.wait(now);
            use(socket);
            turn.store(i + 1, std::memory_order_release);
            turn.notify_all();
        }
    };
    std::thread thread(run, 1);

    run(0);
    thread.join();
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
