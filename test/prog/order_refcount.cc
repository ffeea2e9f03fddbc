/* SPDX-License-Identifier: MPL-2.0 */
/* A socket is closed by who drops the last reference to it, which comes after all others: by
 * std::shared_ptr, and by a count of the program's own in the way of C.
 * zg: expect silent */
#include <memory>
#include <thread>

#include "order.h"

static void close_socket(void *socket)
{
    zmq_close(socket);
}

static void share(void *context)
{
    std::shared_ptr<void> socket(make_socket(context), close_socket);
    std::thread user([mine = socket]() mutable {
        use(mine.get());
        mine.reset();
        reached(1);
    });
    std::thread last([mine = socket]() mutable {
        await(1);
        mine.reset();
    });

    socket.reset();
    user.join();
    last.join();
}

struct counted {
    int references;
    void *socket;
};

static void drop(struct counted *c)
{
    if (__atomic_sub_fetch(&c->references, 1, __ATOMIC_ACQ_REL) == 0)
        zmq_close(c->socket);
}

static void count(void *context)
{
    struct counted c = {2, make_socket(context)};
    std::thread user([&c] {
        use(c.socket);
        drop(&c);
        reached(2);
    });

    await(2);
    drop(&c);
    user.join();
}

int main()
{
    void *context = zmq_ctx_new();

    share(context);
    count(context);
    zmq_ctx_term(context);
    return 0;
}
