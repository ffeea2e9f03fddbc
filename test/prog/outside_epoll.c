/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a FIFO that an epoll loop watches; the byte itself is not read. */
/* zg: expect silent */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "outside.h"

static int fifo, loop;

static void prepare(void *context)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};

    (void)context;
    CHECK(mkfifo("fifo", 0600) == 0);
    fifo = open("fifo", O_RDWR);
    loop = epoll_create1(0);
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, fifo, &event) == 0);
}

static void give(void *socket)
{
    (void)socket;
    CHECK(write(fifo, "x", 1) == 1);
}

static void *take(void *context)
{
    struct epoll_event event;

    (void)context;
    CHECK(epoll_wait(loop, &event, 1, -1) == 1);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
