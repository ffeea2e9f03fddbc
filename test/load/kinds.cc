// SPDX-License-Identifier: MPL-2.0
// kinds.c in C++, with cppzmq: one fault of each family and its twin.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <zmq.hpp>

static int misuse(bool wrong)
{
    zmq::context_t context;
    zmq::socket_t peer(context, zmq::socket_type::pair), shared(context, zmq::socket_type::pair);
    std::atomic<bool> sent{false};
    zmq::message_t message;

    peer.bind("inproc://misuse");
    shared.connect("inproc://misuse");
    std::thread thread([&] {
        shared.send(zmq::str_buffer("1"), zmq::send_flags::none);
        sent.store(true, std::memory_order_relaxed);
    });
    if (!wrong)
        thread.join();
    while (!sent.load(std::memory_order_relaxed))
        usleep(100);
    shared.send(zmq::str_buffer("2"), zmq::send_flags::none);
    if (wrong)
        thread.join();
    return peer.recv(message) && peer.recv(message) ? 0 : 1;
}

static int bind_ipc(mode_t mask, const std::string &file)
{
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::pull);
    struct stat st;

    umask(mask);
    socket.bind("ipc://" + file);
    if (stat(file.c_str(), &st) != 0)
        return 1;
    std::printf("%o\n", static_cast<unsigned>(st.st_mode) & 0777);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return bind_ipc(static_cast<mode_t>(std::strtoul(argv[1], nullptr, 8)), argv[2]);
    return argc == 2 ? misuse(std::string(argv[1]) == "wrong") : 2;
}
