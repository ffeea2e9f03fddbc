// SPDX-License-Identifier: MPL-2.0
// The correct twin of cpp_pub: one PUB socket per thread, connected to the subscriber by tcp.
//
// zg: expect silent
// zg: runs 20
#include <atomic>
#include <string>
#include <thread>
#include <zmq.hpp>

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 1) /* Debian 11: no set() and get() */
int main()
{
    return 77;
}
#else

static std::atomic<bool> done;

static void publish(zmq::context_t &context, const std::string &endpoint, const std::string &topic)
{
    zmq::socket_t pub(context, zmq::socket_type::pub);

    pub.set(zmq::sockopt::linger, 0);
    pub.connect(endpoint);
    while (!done)
        pub.send(zmq::buffer(topic), zmq::send_flags::none);
}

int main()
{
    zmq::context_t context;
    zmq::socket_t sub(context, zmq::socket_type::sub);
    int prices_seen = 0, trades_seen = 0;

    sub.set(zmq::sockopt::subscribe, "");
    sub.bind("tcp://127.0.0.1:*");
    const std::string endpoint = sub.get(zmq::sockopt::last_endpoint);
    std::thread prices(publish, std::ref(context), endpoint, "price");
    std::thread trades(publish, std::ref(context), endpoint, "trade");
    while (prices_seen < 100 || trades_seen < 100) {
        zmq::message_t message;
        if (!sub.recv(message, zmq::recv_flags::none))
            continue;
        (message.to_string_view() == "price" ? prices_seen : trades_seen)++;
    }
    done = true;
    prices.join();
    trades.join();
}

#endif
