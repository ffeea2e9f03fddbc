/* SPDX-License-Identifier: MPL-2.0 */
/* Sockets go to a thread that runs an asio loop by post(). */
/* build: -DASIO_STANDALONE */
#include <asio.hpp>
#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new();
    asio::io_context loop;
    auto work = asio::make_work_guard(loop);
    std::thread thread([&] { loop.run(); });

    for (int i = 0; i < 10; i++) {
        void *socket = make_socket(context);

        use(socket);
        asio::post(loop, [=] {
            use(socket);
            zmq_close(socket);
        });
    }
    work.reset();
    thread.join();
    zmq_ctx_term(context);
    return 0;
}
