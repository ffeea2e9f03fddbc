// SPDX-License-Identifier: MPL-2.0
// The same bug through cppzmq: the guilty call is inlined into its caller. Two workers send on one
// PUSH socket, one after the other, which nothing orders.
#include <atomic>
#include <thread>
#include <unistd.h>
#include <zmq.hpp>

static std::atomic<int> done; // relaxed on purpose

struct Pipe {
    zmq::socket_t socket;
    inline __attribute__((always_inline)) void push(const char *text)
    {
        socket.send(zmq::str_buffer("x"), zmq::send_flags::dontwait); // the guilty line
        (void)text;
    }
};

static __attribute__((noinline)) void work(Pipe &pipe, const char *text)
{
    pipe.push(text);
    __asm__ volatile("");
}

int main()
{
    zmq::context_t context;
    zmq::socket_t in(context, zmq::socket_type::pull);
    in.bind("inproc://work");
    Pipe pipe{zmq::socket_t(context, zmq::socket_type::push)};
    pipe.socket.connect("inproc://work");
    std::thread a([&] {
        work(pipe, "a");
        done.store(1, std::memory_order_relaxed);
    });
    std::thread b([&] {
        while (done.load(std::memory_order_relaxed) == 0)
            usleep(100);
        work(pipe, "b");
    });
    a.join();
    b.join();
}
