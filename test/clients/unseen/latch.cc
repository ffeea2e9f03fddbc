/* SPDX-License-Identifier: MPL-2.0 */
/* Sockets are handed over at a std::latch, and at the phases of a std::barrier. */
/* build: */
#include <barrier>
#include <latch>
#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new(), *socket = nullptr;
    std::latch ready(1);
    std::barrier phase(2);
    std::thread thread([&] {
        ready.wait();
        use(socket);
        for (int i = 0; i < 20; i++) {
            phase.arrive_and_wait();
            if (i % 2 != 0)
                use(socket);
        }
    });

    socket = make_socket(context);
    use(socket);
    ready.count_down();
    for (int i = 0; i < 20; i++) {
        phase.arrive_and_wait();
        if (i % 2 == 0)
            use(socket);
    }
    thread.join();
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
