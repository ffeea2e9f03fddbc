/* SPDX-License-Identifier: MPL-2.0 */
/* A function static is made, and its socket used, by one thread, and then used by another that was
 * there already and finds it made. */
/* zg: expect silent */
#include <thread>

#include "order.h"

struct logger {
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);

    logger()
    {
        use(socket);
    }
    ~logger()
    {
        zmq_close(socket);
        zmq_ctx_term(context);
    }
    static logger &get()
    {
        static logger made;
        return made;
    }
};

int main()
{
    std::thread thread([] {
        await(1);
        use(logger::get().socket);
    });

    logger::get();
    reached(1);
    thread.join();
    return 0;
}
