// SPDX-License-Identifier: MPL-2.0
// Two threads send on one PUB socket that is bound to tcp.
//
// zg: expect concurrent-use|cross-thread-use
// zg: report on a PUB socket
// zg: bare any
// zg: runs 20
#include <string>
#include <thread>
#include <zmq.hpp>

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 1) /* Debian 11: no set() and get() */
int main()
{
    return 77;
}
#else

static void publish(zmq::socket_t &pub, const std::string &topic)
{
    for (int i = 0; i < 1000; i++)
        pub.send(zmq::buffer(topic + std::to_string(i)), zmq::send_flags::none);
}

int main()
{
    zmq::context_t context;
    zmq::socket_t pub(context, zmq::socket_type::pub);

    pub.set(zmq::sockopt::linger, 0);
    pub.bind("tcp://127.0.0.1:*");
    std::thread prices(publish, std::ref(pub), "price ");
    std::thread trades(publish, std::ref(pub), "trade ");
    prices.join();
    trades.join();
}

#endif
