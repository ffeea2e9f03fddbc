// SPDX-License-Identifier: MPL-2.0
// The correct twin of cpp_req: the threads queue their requests for one thread that owns the REQ
// socket, and wait for the answer in a future.
//
// zg: expect silent
// zg: runs 20
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <zmq.hpp>

#if CPPZMQ_VERSION < ZMQ_MAKE_VERSION(4, 7, 1) /* Debian 11: no set() and get() */
int main()
{
    return 77;
}
#else

namespace
{

struct request {
    std::string question;
    std::promise<std::string> answer;
};

class queue
{
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<request> waiting;

  public:
    std::future<std::string> put(std::string question)
    {
        std::lock_guard<std::mutex> lock(mutex);

        waiting.push_back({std::move(question), {}});
        filled.notify_one();
        return waiting.back().answer.get_future();
    }

    request take()
    {
        std::unique_lock<std::mutex> lock(mutex);

        filled.wait(lock, [this] { return !waiting.empty(); });
        request first = std::move(waiting.front());
        waiting.pop_front();
        return first;
    }
};

void serve(zmq::socket_t rep)
{
    zmq::message_t message;

    do {
        if (rep.recv(message, zmq::recv_flags::none))
            rep.send(zmq::buffer(message.to_string()), zmq::send_flags::none);
    } while (message.size() > 0);
}

// The only thread that touches the REQ socket. An empty question ends it, and the server.
void talk(zmq::socket_t req, queue &requests)
{
    zmq::message_t answer;

    do {
        request next = requests.take();
        req.send(zmq::buffer(next.question), zmq::send_flags::none);
        if (req.recv(answer, zmq::recv_flags::none))
            next.answer.set_value(answer.to_string());
    } while (answer.size() > 0);
}

void ask(queue &requests, const std::string &question, bool &right)
{
    for (int i = 0; i < 200; i++)
        if (requests.put(question).get() != question)
            right = false;
}

} // namespace

int main()
{
    zmq::context_t context;
    zmq::socket_t rep(context, zmq::socket_type::rep), req(context, zmq::socket_type::req);
    queue requests;
    bool first_right = true, second_right = true;

    rep.bind("tcp://127.0.0.1:*");
    req.connect(rep.get(zmq::sockopt::last_endpoint));
    std::thread server(serve, std::move(rep));
    std::thread talker(talk, std::move(req), std::ref(requests));
    std::thread first(ask, std::ref(requests), "who?", std::ref(first_right));
    std::thread second(ask, std::ref(requests), "what?", std::ref(second_right));
    first.join();
    second.join();
    requests.put("").get();
    talker.join();
    server.join();
    return first_right && second_right ? 0 : 1;
}

#endif
