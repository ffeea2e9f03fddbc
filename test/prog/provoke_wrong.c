/* SPDX-License-Identifier: MPL-2.0 */
/* The usual mistake: workers that take in from descriptors of their own, and publish on a shared
 * socket. What they take in may order them, so only a call that is held open proves it.
 * zg: expect concurrent-use
 * zg: options provoke=200
 * zg: report proven by provocation: the guard had held the call of T[0-9]+ open
 * zg: report it went from one thread to another before, from zmq_
 * zg: bare none
 */
#include <sys/eventfd.h>

#include "order.h"

static void *socket_;
static void *run(void *unused)
{
    int fd = eventfd(0, 0);
    eventfd_t value;

    for (int i = 0; i < 100000; i++) {
        CHECK(eventfd_write(fd, 1) == 0 && eventfd_read(fd, &value) == 0);
        use(socket_);
        usleep(1000);
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    socket_ = make_socket(context);
    pthread_create(&thread, NULL, run, NULL);
    run(NULL);
    return 4; /* nobody came into a call of 200 ms */
}
