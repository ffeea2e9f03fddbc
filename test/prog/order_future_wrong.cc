/* SPDX-License-Identifier: MPL-2.0 */
/* The maker goes on using the socket when its result was set already.
 * zg: expect cross-thread-use
 * zg: report nothing orders the two calls
 * zg: runs 20 */
#include <future>
#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    std::promise<void *> given;
    auto got = given.get_future();
    std::thread maker([&] {
        use(socket);
        given.set_value(socket);
        use(socket);
        reached(1);
        await(2);
    });

    await(1);
    use(got.get());
    reached(2);
    maker.join();
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
