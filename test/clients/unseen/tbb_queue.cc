/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes through the stages of a TBB pipeline. */
/* build: -ltbb */
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new(), *sockets[4];
    tbb::global_control control(tbb::global_control::max_allowed_parallelism, 4);

    for (void *&socket : sockets)
        socket = make_socket(context);
    for (int round = 0; round < 10; round++) {
        int next = 0;

        tbb::parallel_pipeline(
            4, tbb::make_filter<void, void *>(tbb::filter_mode::serial_in_order,
                                              [&](tbb::flow_control &flow) -> void * {
                                                  if (next < 4)
                                                      return sockets[next++];
                                                  flow.stop();
                                                  return nullptr;
                                              }) &
                   tbb::make_filter<void *, void *>(tbb::filter_mode::parallel,
                                                    [](void *socket) {
                                                        use(socket);
                                                        usleep(200);
                                                        return socket;
                                                    }) &
                   tbb::make_filter<void *, void>(tbb::filter_mode::serial_out_of_order,
                                                  [](void *socket) { use(socket); }));
    }
    for (void *socket : sockets)
        zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
