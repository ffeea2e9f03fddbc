// SPDX-License-Identifier: MPL-2.0
// The correct twin of cpp_sub: a proxy owns the SUB socket and hands its messages over inproc to
// two workers with a socket of their own each.
//
// zg: expect silent
// zg: runs 20
#include <atomic>
#include <thread>
#include <zmq.hpp>

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 1) /* Debian 11: no set() and get() */
int main()
{
    return 77;
}
#else

static std::atomic<bool> done;

static void publish(zmq::socket_t pub)
{
    while (!done)
        pub.send(zmq::str_buffer("news"), zmq::send_flags::none);
}

static void forward(zmq::socket_t sub, zmq::socket_t push)
{
    try {
        zmq::proxy(sub, push);
    } catch (const zmq::error_t &error) {
        if (error.num() != ETERM)
            throw;
    }
}

static void consume(zmq::context_t &context, std::atomic<int> &seen)
{
    zmq::socket_t pull(context, zmq::socket_type::pull);

    pull.connect("inproc://news");
    for (int i = 0; i < 200; i++) {
        zmq::message_t message;
        if (pull.recv(message, zmq::recv_flags::none))
            seen++;
    }
}

int main()
{
    zmq::context_t context;
    zmq::socket_t pub(context, zmq::socket_type::pub), sub(context, zmq::socket_type::sub);
    zmq::socket_t push(context, zmq::socket_type::push);
    std::atomic<int> seen = 0;

    pub.set(zmq::sockopt::linger, 0);
    push.set(zmq::sockopt::linger, 0);
    pub.bind("tcp://127.0.0.1:*");
    sub.set(zmq::sockopt::subscribe, "");
    sub.connect(pub.get(zmq::sockopt::last_endpoint));
    push.bind("inproc://news");
    std::thread publisher(publish, std::move(pub));
    std::thread forwarder(forward, std::move(sub), std::move(push));
    std::thread first(consume, std::ref(context), std::ref(seen));
    std::thread second(consume, std::ref(context), std::ref(seen));
    first.join();
    second.join();
    done = true;
    publisher.join();
    context.shutdown(); // ends the proxy
    forwarder.join();
    return seen == 400 ? 0 : 1;
}

#endif
