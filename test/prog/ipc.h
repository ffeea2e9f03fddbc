/* SPDX-License-Identifier: MPL-2.0 */
/* What the programs about ipc endpoints share. */
#ifndef TEST_PROG_IPC_H
#define TEST_PROG_IPC_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #x, zmq_strerror(errno));       \
            exit(3);                                                                               \
        }                                                                                          \
    } while (0)

static inline void *ipc_socket(void *context, int type)
{
    void *s = zmq_socket(context, type);
    int zero = 0;

    CHECK(s != NULL && zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof(zero)) == 0);
    return s;
}

/* One message through the endpoint: libzmq has accepted the peer once it is there. */
static inline void ipc_exchange(void *context, void *pull, const char *uri)
{
    void *push = ipc_socket(context, ZMQ_PUSH);
    char c = 0;

    CHECK(zmq_connect(push, uri) == 0);
    CHECK(zmq_send(push, "x", 1, 0) == 1);
    CHECK(zmq_recv(pull, &c, 1, 0) == 1 && c == 'x');
    CHECK(zmq_close(push) == 0);
}

/* A connection made without libzmq. */
static inline int ipc_connect(const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(sun.sun_path, path, sizeof(sun.sun_path) - 1);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static inline int ipc_listen(const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(sun.sun_path, path, sizeof(sun.sun_path) - 1);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 && listen(fd, 8) == 0);
    return fd;
}

static inline void ipc_end(void *context, void *socket)
{
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
}

#endif
