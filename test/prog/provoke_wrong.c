/* SPDX-License-Identifier: MPL-2.0 */
/* The usual mistake: workers that take in from descriptors of their own, and publish on a shared
 * socket. What they take in may order them, so only a call that is held open proves it. The second
 * one's first call raises the suspicion and is held; the other comes when it sees it wait there. So
 * the two calls cannot meet by chance, which would be a finding, too, but not this one.
 * zg: expect concurrent-use
 * zg: options provoke=1000
 * zg: report proven by provocation: the guard had held the call of T[0-9]+ open
 * zg: report it went from one thread to another before, from zmq_
 * zg: bare none
 * zg: needs /proc/self/syscall
 */
#include <sys/eventfd.h>

#include "order.h"
#include "waiting.h"

static void *context, *socket_;
static int main_thread;

static void take_in_and_use(void)
{
    eventfd_t value;
    int fd = eventfd(0, 0);

    CHECK(eventfd_write(fd, 1) == 0 && eventfd_read(fd, &value) == 0 && close(fd) == 0);
    use(socket_);
}

static void *run(void *unused)
{
    socket_ = make_socket(context);
    take_in_and_use();
    reached(1);
    while (waiting_at(main_thread) == 0)
        usleep(1000);
    take_in_and_use();
    return unused;
}

int main(void)
{
    pthread_t thread;

    context = zmq_ctx_new();
    main_thread = gettid();
    CHECK(pthread_create(&thread, NULL, run, NULL) == 0);
    await(1);
    for (int i = 0; i < 30000; i++) { /* the other one may have slept for a second */
        take_in_and_use();
        usleep(1000);
    }
    return 4; /* nobody came into a call */
}
