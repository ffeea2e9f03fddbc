/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns under a QMutex. */
/* build: -fPIC $(pkg-config --cflags --libs Qt5Core || pkg-config --cflags --libs Qt6Core) */
#include <QMutex>
#include <thread>

#include "order.h"

int main()
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    QMutex mutex;
    auto run = [&] {
        for (int i = 0; i < 20; i++) {
            QMutexLocker locker(&mutex);
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
