// SPDX-License-Identifier: MPL-2.0
// Two threads do request and reply on one REQ socket.
//
// zg: expect concurrent-use|cross-thread-use
// zg: report on a REQ socket
// zg: bare any
// zg: runs 20
#include <unistd.h>

#include <thread>
#include <zmq.hpp>

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 1) /* Debian 11: no set() and get() */
int main()
{
    return 77;
}
#else

static void serve(zmq::socket_t rep)
{
    zmq::message_t message;

    while (rep.recv(message, zmq::recv_flags::none) && message.size() > 0)
        rep.send(message, zmq::send_flags::none);
}

static void ask(zmq::socket_t &req)
{
    for (int i = 0; i < 200; i++) {
        try {
            zmq::message_t answer;
            req.send(zmq::str_buffer("question"), zmq::send_flags::none);
            if (!req.recv(answer, zmq::recv_flags::none))
                return;
        } catch (const zmq::error_t &) {
            // EFSM: the other thread has sent in between
        }
    }
}

int main()
{
    zmq::context_t context;
    zmq::socket_t rep(context, zmq::socket_type::rep), req(context, zmq::socket_type::req);

    alarm(100); // two users of one socket may wait for ever
    rep.set(zmq::sockopt::rcvtimeo, 3000);
    rep.set(zmq::sockopt::linger, 0);
    rep.bind("tcp://127.0.0.1:*");
    req.set(zmq::sockopt::rcvtimeo, 1000);
    req.set(zmq::sockopt::sndtimeo, 1000);
    req.set(zmq::sockopt::linger, 0);
    req.connect(rep.get(zmq::sockopt::last_endpoint));
    std::thread server(serve, std::move(rep));
    std::thread first(ask, std::ref(req)), second(ask, std::ref(req));
    first.join();
    second.join();
    server.join();
}

#endif
