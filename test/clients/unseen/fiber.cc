/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes to and fro between fibers of two threads by two channels of Boost's, which spin on
 * atomics. */
/* build: -lboost_fiber -lboost_context */
#include <boost/fiber/buffered_channel.hpp>
#include <thread>

#include "order.h"

static boost::fibers::buffered_channel<void *> there(2), back(2);

static void run()
{
    for (int i = 0; i < 20; i++) {
        void *socket;

        there.pop(socket);
        use(socket);
        back.push(socket);
    }
}

int main()
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    std::thread thread(run);

    for (int i = 0; i < 20; i++) {
        use(socket);
        there.push(socket);
        back.pop(socket);
    }
    thread.join();
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
