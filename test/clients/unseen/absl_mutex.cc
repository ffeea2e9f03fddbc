/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns under an absl::Mutex. */
/* build: $(pkg-config --cflags --libs absl_synchronization) */
#include <absl/synchronization/mutex.h>

#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    absl::Mutex mutex;
    auto run = [&] {
        for (int i = 0; i < 20; i++) {
            absl::MutexLock locker(&mutex);
            use(socket);
        }
    };
    std::thread thread(run);

    run();
    thread.join();
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
