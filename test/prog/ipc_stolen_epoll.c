/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-replaced
// zg: options ipc_watch=1:ipc-replaced=error
// zg: report ipc://x does not name the bound socket any more
// zg: runs 1
// zg: bare none
/* Another process takes the name away; the application sleeps in an epoll_wait() of its own. */
#include "ipc.h"

#include <sys/epoll.h>

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int status;
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0), fd;
    size_t len = sizeof(fd);

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0) {
        (void)ipc_listen("y");
        _exit(rename("y", "x"));
    }
    CHECK(wait(&status) > 0 && status == 0);
    CHECK(zmq_getsockopt(pull, ZMQ_FD, &fd, &len) == 0);
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    for (;;)
        CHECK(epoll_wait(epoll, &event, 1, -1) >= 0);
}
