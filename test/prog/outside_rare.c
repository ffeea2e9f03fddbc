/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over through the kernel by what is seldom used: a pipe that is read by splice(), tee(),
 * preadv2() or asynchronously, a child of system() or popen(), a listener that is there at last. */
/* zg: expect silent */
/* zg: link -lrt */
#define ROUNDS 7
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "outside.h"

enum { LISTENER = ROUNDS - 1 };

static int ends[ROUNDS][2], sink[2], listener;
static struct sockaddr_un name = {.sun_family = AF_UNIX};

static void prepare(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++)
        CHECK(pipe(ends[i]) == 0);
    CHECK(pipe(sink) == 0);
    CHECK((listener = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "outside-rare-%d", (int)getpid());
    CHECK(bind(listener, (const struct sockaddr *)&name, sizeof(name)) == 0);
}

static void give(void *socket)
{
    static int way;

    (void)socket;
    if (way == LISTENER)
        CHECK(listen(listener, 1) == 0);
    else
        CHECK(write(ends[way][1], "x\n", 2) == 2);
    way++;
}

static bool has_read_later(int fd)
{
    char bytes[8];
    struct aiocb request = {.aio_fildes = fd, .aio_buf = bytes, .aio_nbytes = 1};
    const struct aiocb *list[] = {&request};

    CHECK(aio_read(&request) == 0);
    while (aio_error(&request) == EINPROGRESS)
        (void)aio_suspend(list, 1, NULL);
    return aio_return(&request) == 1;
}

static bool has_connected(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    while (connect(fd, (const struct sockaddr *)&name, sizeof(name)) != 0)
        usleep(100);
    return close(fd) == 0;
}

static bool has_waited(int way, int fd)
{
    char bytes[8], command[32];
    struct iovec iov = {.iov_base = bytes, .iov_len = 1};

    snprintf(command, sizeof(command), "read line </dev/fd/%d", fd);
    switch (way) {
    case 0:
        return splice(fd, NULL, sink[1], NULL, 1, 0) == 1;
    case 1:
        return tee(fd, sink[1], 1, 0) == 1;
    case 2:
        return preadv2(fd, &iov, 1, -1, 0) == 1;
    case 3:
        return has_read_later(fd);
    case 4:
        return system(command) == 0;
    case 5:
        return pclose(popen(command, "w")) == 0;
    default:
        return has_connected();
    }
}

static void *take(void *context)
{
    static int way;

    (void)context;
    CHECK(has_waited(way, ends[way][0]));
    way++;
    pass_ticks(); /* lest it covers the next one, too */
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
