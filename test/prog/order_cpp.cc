/* SPDX-License-Identifier: MPL-2.0 */
/* The C++ library's ways to hand over: thread, mutexes, condition_variable, call_once, async.
 * zg: expect silent
 * zg: runs 100 */
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "order.h"

using namespace std::chrono_literals;

static void *context;

static void by_mutex(void *socket)
{
    std::mutex mutex;
    std::timed_mutex timed;
    std::recursive_mutex recursive;
    std::vector<std::thread> threads;

    for (int i = 0; i < 3; i++)
        threads.emplace_back([&] {
            for (int n = 0; n < 20; n++) {
                std::lock_guard<std::mutex> lock(mutex);
                use(socket);
            }
            std::unique_lock<std::mutex> all(mutex);
            std::unique_lock<std::timed_mutex> lock(timed, 60s);
            std::scoped_lock twice(recursive);
            std::scoped_lock thrice(recursive);
            use(socket);
        });
    for (auto &thread : threads)
        thread.join();
    use(socket);
}

static void by_condition(void *socket)
{
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    auto play = [&](int me) {
        for (int n = 0; n < 20; n++) {
            std::unique_lock<std::mutex> lock(mutex);
            if (n % 2)
                changed.wait(lock, [&] { return turn == me; });
            else
                while (!changed.wait_for(lock, 1ms, [&] { return turn == me; }))
                    ;
            use(socket);
            turn = 1 - me;
            changed.notify_all();
        }
    };
    std::thread other(play, 1);

    play(0);
    other.join();
    use(socket);
}

static void by_shared_mutex(void *socket)
{
    std::shared_mutex mutex;
    bool done = false;
    std::thread other([&] {
        for (bool seen = false; !seen;) {
            std::shared_lock lock(mutex);
            seen = done;
        }
        std::unique_lock lock(mutex);
        use(socket);
    });

    {
        std::unique_lock lock(mutex);
        use(socket);
        done = true;
    }
    other.join();
    use(socket);
}

static void by_call_once()
{
    std::once_flag made;
    std::mutex mutex;
    void *socket = nullptr;
    auto get = [&] {
        std::call_once(made, [&] {
            socket = make_socket(context);
            use(socket);
        });
        std::lock_guard lock(mutex);
        use(socket);
    };
    std::thread one(get), other(get);

    one.join();
    other.join();
    zmq_close(socket);
}

static void by_future(void *socket)
{
    std::promise<void *> given;
    auto got = given.get_future();
    std::thread maker([&] {
        use(socket);
        given.set_value(socket);
    });

    maker.join();
    use(got.get());
    use(std::async(std::launch::async, [socket] {
            use(socket);
            return socket;
        }).get());
    use(socket);
}

int main()
{
    void *socket;

    context = zmq_ctx_new();
    socket = make_socket(context);
    by_mutex(socket);
    by_condition(socket);
    by_shared_mutex(socket);
    by_call_once();
    by_future(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
