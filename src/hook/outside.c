/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The functions of libc by which a thread takes something in from outside: host/outside.h. Each
 * calls the real one and then notes, without a system call; none looks at what came. All may be
 * cancelled inside of the real call, and leave nothing behind then.
 *
 * Not here: streams, which are hook/stdio.c's, poll(), hook/stall.c's, accept() and connect(),
 * hook/unix.c's; the opening of a FIFO, which waits for the other end, and what libc reads for
 * itself.
 */
#include "hook/outside.h"

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "endpoint/file.h"
#include "host/signals.h"

/* What a program compiled with _FORTIFY_SOURCE calls; no header has them. */
ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);
ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags,
                       __SOCKADDR_ARG address, socklen_t *size);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t room);

/* As TAKE of what finds descriptors ready: `look` says what of, in a call of host/outside.h. And
 * files of ipc endpoints are looked at now and then. */
#define FIND(type, waits, call, look)                                                              \
    type rc = (call);                                                                              \
                                                                                                   \
    if (waits)                                                                                     \
        zg_file_watch();                                                                           \
    if (zg_edge_is_active() && rc > 0)                                                             \
        (look);                                                                                    \
    return rc
#define POLLED(function) zg_outside_polled(#function, fds, count, ZG_RETURN_ADDRESS())
#define SELECTED(function)                                                                         \
    zg_outside_selected(#function, count, (const fd_set *const[]){in, out, error},                 \
                        ZG_RETURN_ADDRESS())
#define EPOLLED(function) zg_outside_epolled(#function, fd, events, rc, ZG_RETURN_ADDRESS())

ZG_EXPORT ssize_t read(int fd, void *buf, size_t len)
{
    READ(ssize_t, read, ZG_REAL_LIBC(read)(fd, buf, len), rc >= 0, fd);
}

ZG_EXPORT ssize_t __read_chk(int fd, void *buf, size_t len, size_t room)
{
    READ(ssize_t, __read_chk, ZG_REAL_LIBC(__read_chk)(fd, buf, len, room), rc >= 0, fd);
}

ZG_EXPORT ssize_t readv(int fd, const struct iovec *iov, int count)
{
    READ(ssize_t, readv, ZG_REAL_LIBC(readv)(fd, iov, count), rc >= 0, fd);
}

/* An offset of -1 is the stream's own, which pipes have as well. */
ZG_EXPORT ssize_t preadv2(int fd, const struct iovec *iov, int count, off_t at, int flags)
{
    READ(ssize_t, preadv2, ZG_REAL_LIBC(preadv2)(fd, iov, count, at, flags), rc >= 0, fd);
}

ZG_EXPORT ssize_t preadv64v2(int fd, const struct iovec *iov, int count, off64_t at, int flags)
{
    READ(ssize_t, preadv64v2, ZG_REAL_LIBC(preadv64v2)(fd, iov, count, at, flags), rc >= 0, fd);
}

ZG_EXPORT ssize_t splice(int in, off64_t *in_at, int out, off64_t *out_at, size_t len,
                         unsigned flags)
{
    READ(ssize_t, splice, ZG_REAL_LIBC(splice)(in, in_at, out, out_at, len, flags), rc >= 0, in);
}

ZG_EXPORT ssize_t tee(int in, int out, size_t len, unsigned flags)
{
    READ(ssize_t, tee, ZG_REAL_LIBC(tee)(in, out, len, flags), rc >= 0, in);
}

/* Whoever asks for the end of an asynchronous read asks one of these, in the end. */
ZG_EXPORT int aio_error(const struct aiocb *request)
{
    READ(int, aio_error, ZG_REAL_LIBC(aio_error)(request), rc == 0, request->aio_fildes);
}

ZG_EXPORT int aio_error64(const struct aiocb64 *request)
{
    READ(int, aio_error64, ZG_REAL_LIBC(aio_error64)(request), rc == 0, request->aio_fildes);
}

ZG_EXPORT ssize_t aio_return(struct aiocb *request)
{
    READ(ssize_t, aio_return, ZG_REAL_LIBC(aio_return)(request), rc >= 0, request->aio_fildes);
}

ZG_EXPORT ssize_t aio_return64(struct aiocb64 *request)
{
    READ(ssize_t, aio_return64, ZG_REAL_LIBC(aio_return64)(request), rc >= 0, request->aio_fildes);
}

ZG_EXPORT int eventfd_read(int fd, eventfd_t *value)
{
    TAKE(int, eventfd_read, ZG_REAL_LIBC(eventfd_read)(fd, value), rc == 0);
}

ZG_EXPORT ssize_t recv(int fd, void *buf, size_t len, int flags)
{
    TAKE(ssize_t, recv, ZG_REAL_LIBC(recv)(fd, buf, len, flags), rc >= 0);
}

ZG_EXPORT ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags)
{
    TAKE(ssize_t, __recv_chk, ZG_REAL_LIBC(__recv_chk)(fd, buf, len, room, flags), rc >= 0);
}

ZG_EXPORT ssize_t recvfrom(int fd, void *restrict buf, size_t len, int flags,
                           __SOCKADDR_ARG address, socklen_t *restrict size)
{
    TAKE(ssize_t, recvfrom, ZG_REAL_LIBC(recvfrom)(fd, buf, len, flags, address, size), rc >= 0);
}

ZG_EXPORT ssize_t __recvfrom_chk(int fd, void *restrict buf, size_t len, size_t room, int flags,
                                 __SOCKADDR_ARG address, socklen_t *restrict size)
{
    TAKE(ssize_t, __recvfrom_chk,
         ZG_REAL_LIBC(__recvfrom_chk)(fd, buf, len, room, flags, address, size), rc >= 0);
}

ZG_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    TAKE(ssize_t, recvmsg, ZG_REAL_LIBC(recvmsg)(fd, message, flags), rc >= 0);
}

ZG_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                       struct timespec *timeout)
{
    TAKE(int, recvmmsg, ZG_REAL_LIBC(recvmmsg)(fd, messages, count, flags, timeout), rc > 0);
}

ZG_EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
    FIND(int, timeout != 0, ZG_REAL_LIBC(__poll_chk)(fds, count, timeout, room),
         POLLED(__poll_chk));
}

ZG_EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                    const sigset_t *mask)
{
    FIND(int, true, ZG_REAL_LIBC(ppoll)(fds, count, timeout, mask), POLLED(ppoll));
}

ZG_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                          const sigset_t *mask, size_t room)
{
    FIND(int, true, ZG_REAL_LIBC(__ppoll_chk)(fds, count, timeout, mask, room),
         POLLED(__ppoll_chk));
}

ZG_EXPORT int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict error,
                     struct timeval *restrict timeout)
{
    FIND(int, true, ZG_REAL_LIBC(select)(count, in, out, error, timeout), SELECTED(select));
}

ZG_EXPORT int pselect(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict error,
                      const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
    FIND(int, true, ZG_REAL_LIBC(pselect)(count, in, out, error, timeout, mask), SELECTED(pselect));
}

/* An I/O thread of libzmq's waits without a limit, in a process that has listeners: where the whole
 * application sleeps it alone can look at their files. */
static int wait_in_turns(int fd, struct epoll_event *events, int count, int timeout)
{
    const struct zg_thread *t = zg_thread_self_or_null;
    int rc;

    if (zg_likely(timeout >= 0 || !__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED)) ||
        t == NULL || !t->internal)
        return ZG_REAL_LIBC(epoll_wait)(fd, events, count, timeout);
    do {
        rc = ZG_REAL_LIBC(epoll_wait)(fd, events, count, zg_file_turn());
        zg_file_watch();
    } while (rc == 0);
    return rc;
}

ZG_EXPORT int epoll_wait(int fd, struct epoll_event *events, int count, int timeout)
{
    FIND(int, timeout != 0, wait_in_turns(fd, events, count, timeout), EPOLLED(epoll_wait));
}

ZG_EXPORT int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout,
                          const sigset_t *mask)
{
    FIND(int, true, ZG_REAL_LIBC(epoll_pwait)(fd, events, count, timeout, mask),
         EPOLLED(epoll_pwait));
}

/* Absent before glibc 2.35; whoever asks for the name finds this one. */
#if !__GLIBC_PREREQ(2, 35)
int epoll_pwait2(int fd, struct epoll_event *events, int count, const struct timespec *timeout,
                 const sigset_t *mask);
#endif
ZG_EXPORT int epoll_pwait2(int fd, struct epoll_event *events, int count,
                           const struct timespec *timeout, const sigset_t *mask)
{
    if (zg_unlikely(ZG_REAL_LIBC(epoll_pwait2) == NULL)) {
        errno = ENOSYS;
        return -1;
    }
    FIND(int, true, ZG_REAL_LIBC(epoll_pwait2)(fd, events, count, timeout, mask),
         EPOLLED(epoll_pwait2));
}

static void took_signal(int signal, siginfo_t *info, const char *how, uintptr_t caller)
{
    zg_signals_taken(signal, info);
    if (zg_edge_is_active())
        zg_outside_took(how, caller);
}

ZG_EXPORT int sigwait(const sigset_t *restrict set, int *restrict signal)
{
    int rc = ZG_REAL_LIBC(sigwait)(set, signal);

    if (rc == 0)
        took_signal(*signal, NULL, "sigwait", ZG_RETURN_ADDRESS());
    return rc;
}

ZG_EXPORT int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    int rc = ZG_REAL_LIBC(sigwaitinfo)(set, info);

    if (rc > 0)
        took_signal(rc, info, "sigwaitinfo", ZG_RETURN_ADDRESS());
    return rc;
}

ZG_EXPORT int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
                           const struct timespec *restrict timeout)
{
    int rc = ZG_REAL_LIBC(sigtimedwait)(set, info, timeout);

    if (rc > 0)
        took_signal(rc, info, "sigtimedwait", ZG_RETURN_ADDRESS());
    return rc;
}

/* They return when a handler has run. */
ZG_EXPORT int sigsuspend(const sigset_t *mask)
{
    TAKE(int, sigsuspend, ZG_REAL_LIBC(sigsuspend)(mask), rc != 0);
}

ZG_EXPORT int pause(void)
{
    TAKE(int, pause, ZG_REAL_LIBC(pause)(), rc != 0);
}

ZG_EXPORT ssize_t mq_receive(mqd_t queue, char *buf, size_t len, unsigned *priority)
{
    TAKE(ssize_t, mq_receive, ZG_REAL_LIBC(mq_receive)(queue, buf, len, priority), rc >= 0);
}

ZG_EXPORT ssize_t mq_timedreceive(mqd_t queue, char *restrict buf, size_t len,
                                  unsigned *restrict priority,
                                  const struct timespec *restrict until)
{
    TAKE(ssize_t, mq_timedreceive, ZG_REAL_LIBC(mq_timedreceive)(queue, buf, len, priority, until),
         rc >= 0);
}

ZG_EXPORT ssize_t msgrcv(int queue, void *message, size_t len, long type, int flags)
{
    TAKE(ssize_t, msgrcv, ZG_REAL_LIBC(msgrcv)(queue, message, len, type, flags), rc >= 0);
}

ZG_EXPORT int semop(int set, struct sembuf *operations, size_t count)
{
    TAKE(int, semop, ZG_REAL_LIBC(semop)(set, operations, count), rc == 0);
}

ZG_EXPORT int semtimedop(int set, struct sembuf *operations, size_t count,
                         const struct timespec *timeout)
{
    TAKE(int, semtimedop, ZG_REAL_LIBC(semtimedop)(set, operations, count, timeout), rc == 0);
}

ZG_EXPORT pid_t wait(int *status)
{
    TAKE(pid_t, wait, ZG_REAL_LIBC(wait)(status), rc > 0);
}

ZG_EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    TAKE(pid_t, waitpid, ZG_REAL_LIBC(waitpid)(pid, status, options), rc > 0);
}

ZG_EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    TAKE(pid_t, wait3, ZG_REAL_LIBC(wait3)(status, options, usage), rc > 0);
}

ZG_EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    TAKE(pid_t, wait4, ZG_REAL_LIBC(wait4)(pid, status, options, usage), rc > 0);
}

ZG_EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    TAKE(int, waitid, ZG_REAL_LIBC(waitid)(type, id, info, options), rc == 0);
}

ZG_EXPORT int system(const char *command)
{
    TAKE(int, system, ZG_REAL_LIBC(system)(command), rc != -1);
}

/* Locks on files, between processes, and between descriptors of one. */
ZG_EXPORT int flock(int fd, int operation)
{
    TAKE(int, flock, ZG_REAL_LIBC(flock)(fd, operation), rc == 0 && operation != LOCK_UN);
}

ZG_EXPORT int lockf(int fd, int command, off_t len)
{
    TAKE(int, lockf, ZG_REAL_LIBC(lockf)(fd, command, len), rc == 0 && command != F_ULOCK);
}

ZG_EXPORT int lockf64(int fd, int command, off64_t len)
{
    TAKE(int, lockf64, ZG_REAL_LIBC(lockf64)(fd, command, len), rc == 0 && command != F_ULOCK);
}

static bool is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
           command == F_OFD_SETLKW;
}

/* The third one is read as libc does, whether or not it is there. */
#define THIRD(type, variable, second)                                                              \
    type variable;                                                                                 \
    va_list args;                                                                                  \
                                                                                                   \
    va_start(args, second);                                                                        \
    (variable) = va_arg(args, type);                                                               \
    va_end(args)

ZG_EXPORT int fcntl(int fd, int command, ...)
{
    THIRD(void *, third, command);
    TAKE(int, fcntl, ZG_REAL_LIBC(fcntl)(fd, command, third), rc == 0 && is_lock(command));
}

ZG_EXPORT int fcntl64(int fd, int command, ...)
{
    THIRD(void *, third, command);
    TAKE(int, fcntl64, ZG_REAL_LIBC(fcntl64)(fd, command, third), rc == 0 && is_lock(command));
}
