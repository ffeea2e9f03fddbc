/* SPDX-License-Identifier: MPL-2.0 */
/* Hand-overs by futures: of promises, packaged tasks and a pool of threads; got late, when nothing
 * is left to wait for, or early; and one that goes on by a lock.
 * zg: expect silent
 * zg: runs 50 */
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "order.h"

static void *context;

/* The maker lives on, so that its end orders nothing. */
template <class Set> static void by_promise(Set set)
{
    std::promise<void *> given;
    std::promise<void> over;
    auto got = given.get_future();
    void *socket = make_socket(context);
    std::thread maker([&, end = over.get_future()] {
        use(socket);
        set(given, socket);
        reached(1);
        end.wait();
    });

    await(1);
    try {
        use(got.get());
    } catch (std::runtime_error &) {
        use(socket);
    }
    over.set_value();
    maker.join();
    reached(0);
    zmq_close(socket);
}

class Pool
{
  public:
    Pool()
    {
        for (auto &thread : threads)
            thread = std::thread([this] { run(); });
    }
    ~Pool()
    {
        for (auto &thread : threads)
            thread.join();
    }
    template <class F> auto put(F work)
    {
        auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::move(work));
        std::lock_guard lock(mutex);

        tasks.push_back([task] { (*task)(); });
        some.notify_one();
        return task->get_future();
    }
    void stop()
    {
        std::lock_guard lock(mutex);

        stopped = true;
        some.notify_all();
    }

  private:
    void run()
    {
        for (;;) {
            std::unique_lock lock(mutex);

            some.wait(lock, [this] { return stopped || !tasks.empty(); });
            if (tasks.empty())
                return;
            auto task = std::move(tasks.front());
            tasks.pop_front();
            lock.unlock();
            task();
        }
    }

    std::mutex mutex;
    std::condition_variable some;
    std::deque<std::function<void()>> tasks;
    bool stopped = false;
    std::thread threads[2];
};

static void by_pool()
{
    Pool pool;
    void *socket = make_socket(context);

    for (int i = 0; i < 50; i++) {
        pool.put([socket] {
                use(socket);
                return 1;
            })
            .get();
        use(socket);
    }
    /* On to a third by a lock. */
    std::mutex mutex;
    std::future<void> used;
    {
        std::lock_guard lock(mutex);
        used = pool.put([socket] { use(socket); });
        used.wait();
    }
    std::thread third([&] {
        std::lock_guard lock(mutex);
        use(socket);
    });
    third.join();
    pool.stop();
    zmq_close(socket);
}

int main()
{
    context = zmq_ctx_new();
    by_promise([](auto &given, void *socket) { given.set_value(socket); });
    by_promise([](auto &given, void *) {
        given.set_exception(std::make_exception_ptr(std::runtime_error("none")));
    });
    by_pool();
    zmq_ctx_term(context);
    return 0;
}
