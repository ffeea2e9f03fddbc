/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a message queue, and by poll() on it, which looks like a regular file to fstat(2);
 * the message is then taken by a system call of the program's own. */
/* zg: expect silent */
/* zg: link -lrt */
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/syscall.h>

#include "outside.h"

static mqd_t queue;

static void prepare(void *context)
{
    struct mq_attr size = {.mq_maxmsg = 1, .mq_msgsize = sizeof(context)};
    char name[32];

    snprintf(name, sizeof(name), "/zmqguard-%d", (int)getpid());
    queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &size);
    if (queue == (mqd_t)-1) /* a system without them */
        _exit(0);
    mq_unlink(name);
}

static void give(void *socket)
{
    CHECK(mq_send(queue, (const char *)&socket, sizeof(socket), 0) == 0);
}

static void *take(void *context)
{
    static int round;
    void *socket;

    (void)context;
    if (round++ % 2 == 0) {
        struct pollfd polled = {.fd = (int)queue, .events = POLLIN};

        CHECK(poll(&polled, 1, -1) == 1);
        CHECK(syscall(SYS_mq_timedreceive, queue, &socket, sizeof(socket), NULL, NULL) ==
              sizeof(socket));
        return took(socket);
    }
    CHECK(mq_receive(queue, (char *)&socket, sizeof(socket), NULL) == sizeof(socket));
    return took(socket);
}

int main(void)
{
    hand_over();
    return 0;
}
