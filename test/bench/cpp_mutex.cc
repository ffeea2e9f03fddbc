/* SPDX-License-Identifier: MPL-2.0 */
/* cpp_mutex TIMES: std::lock_guard on a std::mutex, own, in a process that has a zmq socket. */
#include <mutex>
#include <zmq.h>

#include "bench.h"

int main(int argc, char **argv)
{
    long times = bench_number(argc, argv, 1, 1000000);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);
    std::mutex mutex;
    double start = bench_cpu();

    for (long i = 0; i < times; i++)
        std::lock_guard<std::mutex> lock(mutex);
    bench_print(bench_cpu() - start, times);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
