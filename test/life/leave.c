/* SPDX-License-Identifier: MPL-2.0 */
/* Its main thread leaves while the guard reports on another one's use of its socket: leave HOW. */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <zmq.h>

#include "held_report.h"

static int go, tid; /* atomic: an order that no hook sees */

static void *use(void *socket)
{
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE)) {
    }
    __atomic_store_n(&tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    return socket;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    void *socket;

    if (argc == 2)
        held_go_on(argv[0], argv[1]);
    socket = zmq_socket(zmq_ctx_new(), ZMQ_PAIR);
    if (pthread_create(&thread, NULL, use, socket) != 0)
        return 2;
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    held_leave(&tid, SIGUSR1); /* as all signals in a report */
}
