/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Strangers and legal peers at ipc endpoints of a hardened process, TIMES over. As root.
 *   strangers backlog TIMES   both wait in the backlog of a descriptor that zmq_bind() is given
 *                             (ZMQ_USE_FD): "greeted N of TIMES strangers, N of TIMES peers"
 *   strangers swap TIMES      a stranger who owns the directory exchanges the server's socket for
 *                             his own all the time; a client sends to the name until it arrives:
 *                             "N bytes to the stranger"
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define STRANGER 65534
#define NEED(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            perror(#x);                                                                            \
            exit(2);                                                                               \
        }                                                                                          \
    } while (0)

static int unix_socket(const char *path, bool bound)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    strncpy(sun.sun_path, path, sizeof(sun.sun_path) - 1);
    rc = bound ? bind(fd, (struct sockaddr *)&sun, sizeof(sun))
               : connect(fd, (struct sockaddr *)&sun, sizeof(sun));
    NEED(rc == 0);
    return fd;
}

/* For each byte on `in` connects, says so on `out`, and says then whether there was a greeting. */
static void be_peer(int in, int out, uid_t uid)
{
    char c;

    NEED(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
    while (read(in, &c, 1) == 1) {
        int fd = unix_socket("s", false);

        NEED(write(out, "c", 1) == 1);
        c = recv(fd, &c, 1, 0) == 1 ? 'g' : 't';
        NEED(write(out, &c, 1) == 1);
        close(fd);
    }
    _exit(0);
}

struct peer {
    int to, from;
    long greeted;
};

static struct peer start(uid_t uid)
{
    int to[2], from[2];

    NEED(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    if (fork() == 0) {
        close(to[1]);
        be_peer(to[0], from[1], uid);
    }
    close(to[0]);
    close(from[1]);
    return (struct peer){to[1], from[0], 0};
}

static char answer(const struct peer *p)
{
    char c;

    NEED(read(p->from, &c, 1) == 1);
    return c;
}

static void backlog(void *context, long times)
{
    struct peer peers[] = {start(STRANGER), start(0)};

    for (long i = 0; i < times; i++) {
        void *pull = zmq_socket(context, ZMQ_PULL);
        int fd;

        unlink("s");
        fd = unix_socket("s", true);
        NEED(chmod("s", 0666) == 0 && listen(fd, 8) == 0);
        for (int k = 0; k < 2; k++) {
            NEED(write(peers[k].to, "c", 1) == 1);
            NEED(answer(&peers[k]) == 'c');
        }
        NEED(zmq_setsockopt(pull, ZMQ_USE_FD, &fd, sizeof(fd)) == 0);
        NEED(zmq_bind(pull, "ipc://s") == 0);
        for (int k = 0; k < 2; k++)
            peers[k].greeted += answer(&peers[k]) == 'g';
        NEED(zmq_close(pull) == 0);
    }
    printf("greeted %ld of %ld strangers, %ld of %ld peers\n", peers[0].greeted, times,
           peers[1].greeted, times);
}

/* Exchanges s and t and reads what comes, until `in` ends; then how many bytes came. */
static void be_thief(int in, int out)
{
    struct pollfd fds[] = {{.fd = in, .events = POLLIN}, {.events = POLLIN}};
    long bytes = 0;
    char buf[256];

    NEED(setgroups(0, NULL) == 0 && setresgid(STRANGER, STRANGER, STRANGER) == 0 &&
         setresuid(STRANGER, STRANGER, STRANGER) == 0);
    fds[1].fd = unix_socket("t", true);
    NEED(chmod("t", 0666) == 0 && listen(fds[1].fd, 64) == 0);
    NEED(write(out, "r", 1) == 1);
    while (poll(fds, 2, 0) >= 0 && fds[0].revents == 0) {
        NEED(renameat2(AT_FDCWD, "s", AT_FDCWD, "t", RENAME_EXCHANGE) == 0);
        if ((fds[1].revents & POLLIN) != 0) {
            int fd = accept(fds[1].fd, NULL, NULL);
            long n = recv(fd, buf, sizeof(buf), 0);

            bytes += n > 0 ? n : 0;
            close(fd);
        }
    }
    NEED(write(out, &bytes, sizeof(bytes)) == sizeof(bytes));
    _exit(0);
}

static void swap(void *context, long times)
{
    int to[2], from[2], zero = 0, one = 1;
    void *pull = zmq_socket(context, ZMQ_PULL);
    long bytes;
    char c;

    NEED(mkdir("d", 0777) == 0 && chown("d", STRANGER, STRANGER) == 0 && chdir("d") == 0);
    NEED(zmq_bind(pull, "ipc://s") == 0);
    NEED(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    if (fork() == 0) {
        close(to[1]);
        be_thief(to[0], from[1]);
    }
    close(to[0]);
    NEED(read(from[0], &c, 1) == 1);
    for (long i = 0; i < times; i++) {
        void *push = zmq_socket(context, ZMQ_PUSH);

        NEED(zmq_setsockopt(push, ZMQ_LINGER, &zero, sizeof(zero)) == 0);
        NEED(zmq_setsockopt(push, ZMQ_RECONNECT_IVL, &one, sizeof(one)) == 0);
        NEED(zmq_connect(push, "ipc://s") == 0);
        NEED(zmq_send(push, "secret", 6, 0) == 6);
        NEED(zmq_recv(pull, &c, 1, 0) == 6); /* sooner or later it reaches the server */
        NEED(zmq_close(push) == 0);
    }
    close(to[1]);
    NEED(read(from[0], &bytes, sizeof(bytes)) == sizeof(bytes));
    printf("%ld bytes to the stranger\n", bytes);
    NEED(zmq_close(pull) == 0);
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    long times = argc == 3 ? atol(argv[2]) : 0;

    NEED(times > 0);
    signal(SIGPIPE, SIG_IGN);
    umask(0077);
    if (strcmp(argv[1], "backlog") == 0)
        backlog(context, times);
    else
        swap(context, times);
    NEED(zmq_ctx_term(context) == 0);
    return 0;
}
