/* SPDX-License-Identifier: MPL-2.0 */
/* Descriptors whose numbers the host may take away, and writing to whatever they are. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "base/str.h"
#include "base/sys.h"
#include "report/sink.h"

#define STEP_NS 2000000L

bool zg_sink_fd_take(struct zg_sink_fd *f, int fd)
{
    struct stat st;

    f->fd = -1;
    if (fd < 0 || zg_sys_fstat(fd, &st) < 0)
        return false;
    f->fd = fd;
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    return true;
}

bool zg_sink_fd_is(const struct zg_sink_fd *f, int fd)
{
    struct stat st;

    return fd >= 0 && zg_sys_fstat(fd, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino;
}

void zg_sink_fd_drop(struct zg_sink_fd *f)
{
    if (zg_sink_fd_is(f, f->fd))
        zg_sys_close(f->fd);
    f->fd = -1;
}

uint64_t zg_sink_pending(void)
{
    uint64_t set = 0;

    (void)zg_sys2(SYS_rt_sigpending, &set, sizeof(set));
    return set;
}

void zg_sink_take_back(uint64_t before)
{
    uint64_t ours = (uint64_t)1 << (SIGPIPE - 1) | (uint64_t)1 << (SIGXFSZ - 1);
    struct timespec none = {0};

    ours &= ~before;
    while ((zg_sink_pending() & ours) != 0) {
        if (zg_sys4(SYS_rt_sigtimedwait, &ours, NULL, &none, sizeof(ours)) < 0)
            return;
    }
}

static bool wait_writable(int fd, uint64_t until)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    uint64_t now = zg_sys_now();
    struct timespec left;

    if (now >= until)
        return false;
    left.tv_sec = (time_t)((until - now) / 1000000000);
    left.tv_nsec = (long)((until - now) % 1000000000);
    return zg_sys5(SYS_ppoll, &p, 1, &left, NULL, 8) != 0;
}

static int put_all(int fd, const char *text, size_t len, bool is_socket, uint64_t until)
{
    while (len > 0) {
        long n = is_socket
                     ? zg_sys6(SYS_sendto, fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0)
                     : zg_sys_write(fd, text, len);

        if (n == -EAGAIN && wait_writable(fd, until))
            continue;
        if (n < 0 && n != -EINTR)
            return (int)n;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/*
 * A pipe is opened once more, for a description of our own: it can be made non-blocking without
 * the host's noticing, and flock() on it keeps the guards of other processes that write to the
 * same pipe out of our record. (Short records are locked out, too: the kernel takes more than
 * PIPE_BUF bytes in pieces, and puts whatever comes between them.)
 */
static int reopen_pipe(int fd)
{
    char path[32];

    (void)zg_format(path, sizeof(path), "/proc/self/fd/%d", fd);
    return zg_sys_open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0);
}

static void lock_pipe(int fd, uint64_t until)
{
    struct timespec step = {.tv_nsec = STEP_NS};

    while (zg_sys2(SYS_flock, fd, LOCK_EX | LOCK_NB) == -EWOULDBLOCK && zg_sys_now() < until)
        (void)zg_sys4(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &step, NULL);
}

int zg_sink_put(int fd, const char *text, size_t len)
{
    uint64_t until = zg_sys_now() + (uint64_t)ZG_SINK_MS * 1000000;
    uint64_t before = zg_sink_pending();
    struct stat st;
    int mine = -1;
    int rc;

    if (zg_sys_fstat(fd, &st) < 0)
        return -EBADF;
    if (S_ISFIFO(st.st_mode))
        mine = reopen_pipe(fd);
    if (mine >= 0)
        lock_pipe(mine, until);
    rc = put_all(mine >= 0 ? mine : fd, text, len, S_ISSOCK(st.st_mode), until);
    if (mine >= 0)
        zg_sys_close(mine);
    zg_sink_take_back(before);
    return rc;
}
