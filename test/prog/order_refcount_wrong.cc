/* SPDX-License-Identifier: MPL-2.0 */
/* References to a socket are counted, but not by who closes it.
 * zg: expect cross-thread-use
 * zg: report zmq_close\(\) on a PUSH socket */
#include <memory>
#include <thread>

#include "order.h"

static void keep(void *socket)
{
    (void)socket;
}

static void close_it(void *socket)
{
    await(1);
    zmq_close(socket);
    reached(2);
}

/* Not in one function with what is closed: its own references are counted down there. */
__attribute__((noinline)) static void use_shared(void *socket)
{
    std::shared_ptr<void> shared(socket, keep);
    std::thread user([mine = shared]() mutable {
        use(mine.get());
        mine.reset();
        reached(1);
        await(2);
    });

    shared.reset();
    user.join();
}

int main()
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    std::thread closer(close_it, socket);

    use_shared(socket);
    closer.join();
    zmq_ctx_term(context);
    return 0;
}
