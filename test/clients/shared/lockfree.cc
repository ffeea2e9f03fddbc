/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads use one socket 20 to 60 ms apart, under a flag of std::atomic on which they wait;
 * "wrong" looks at it too early, before it prepares what it sends, and does not take it. */
/* build: */
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <unistd.h>
#include <zmq.h>

static std::atomic<bool> busy;
static void *shared;
static bool wrong;
static int uses;

static void prepare(std::mt19937 &random)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 40));
}

static void run(unsigned seed)
{
    std::mt19937 random(seed);

    for (int i = 0; i < uses; i++) {
        if (!wrong)
            prepare(random);
        while (wrong ? busy.load(std::memory_order_acquire)
                     : busy.exchange(true, std::memory_order_acquire))
            busy.wait(true, std::memory_order_relaxed);
        if (wrong) {
            prepare(random);
            busy.store(true, std::memory_order_relaxed);
        }
        zmq_send(shared, "x", 1, ZMQ_DONTWAIT);
        busy.store(false, std::memory_order_release);
        busy.notify_all();
    }
}

int main(int argc, char **argv)
{
    unsigned seed = argc > 3 ? (unsigned)atoi(argv[3]) : (unsigned)getpid();
    void *context = zmq_ctx_new();

    wrong = argc > 1 && strcmp(argv[1], "wrong") == 0;
    uses = argc > 2 ? atoi(argv[2]) : 60;
    shared = zmq_socket(context, ZMQ_PUB);
    std::thread other(run, 2 * seed);
    run(2 * seed + 1);
    other.join();
    zmq_close(shared);
    zmq_ctx_term(context);
    return 0;
}
