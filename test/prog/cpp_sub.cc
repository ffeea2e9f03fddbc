// SPDX-License-Identifier: MPL-2.0
// Two threads receive on one connected SUB socket.
//
// zg: expect concurrent-use|cross-thread-use
// zg: report on a SUB socket
// zg: bare any
// zg: runs 20
#include <unistd.h>

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

static void consume(zmq::socket_t &sub)
{
    for (int i = 0; i < 500; i++) {
        zmq::message_t message;
        if (!sub.recv(message, zmq::recv_flags::none))
            return;
    }
}

int main()
{
    zmq::context_t context;
    zmq::socket_t pub(context, zmq::socket_type::pub), sub(context, zmq::socket_type::sub);

    alarm(100); // two readers of one socket may wait for ever
    pub.set(zmq::sockopt::linger, 0);
    pub.bind("tcp://127.0.0.1:*");
    sub.set(zmq::sockopt::rcvtimeo, 2000);
    sub.set(zmq::sockopt::subscribe, "");
    sub.connect(pub.get(zmq::sockopt::last_endpoint));
    std::thread publisher(publish, std::move(pub));
    std::thread first(consume, std::ref(sub)), second(consume, std::ref(sub));
    first.join();
    second.join();
    done = true;
    publisher.join();
}

#endif
