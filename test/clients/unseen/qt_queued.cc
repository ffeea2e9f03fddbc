/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes to and fro between the event loops of two QThreads by queued calls. */
/* build: -fPIC $(pkg-config --cflags --libs Qt5Core || pkg-config --cflags --libs Qt6Core) */
#include <QCoreApplication>
#include <QThread>

#include "order.h"

static QObject *here, *there;
static void *socket_;

static void hop(int left)
{
    use(socket_);
    if (left == 0)
        QCoreApplication::exit(0);
    else
        QMetaObject::invokeMethod(
            left % 2 == 0 ? there : here, [left] { hop(left - 1); }, Qt::QueuedConnection);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    void *context = zmq_ctx_new();
    QThread thread;

    socket_ = make_socket(context);
    here = new QObject;
    there = new QObject;
    there->moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(
        here, [] { hop(20); }, Qt::QueuedConnection);
    app.exec();
    thread.quit();
    thread.wait();
    zmq_close(socket_);
    zmq_ctx_term(context);
    delete here;
    delete there;
    return 0;
}
