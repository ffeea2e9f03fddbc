/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The functions of libc after which a descriptor, or an event of an epoll instance, may be another
 * one than it was: host/silent.h. None makes a system call of its own, but to look once more at
 * what was known of a file that has been read more than once.
 *
 * Not here: what closes many (closefrom(), close_range()) and what is rare (freopen()): that is
 * noticed as a system call of the program's own is.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/libc.h"
#include "host/silent.h"

/* By cleanup: a thread may be cancelled in close(). */
static void closed(const int *fd)
{
    zg_silent_closed(*fd);
}

#define CLOSES(number)                                                                             \
    const int closing ZG_CLEANUP(closed) = (number);                                               \
                                                                                                   \
    zg_silent_close(closing)

ZG_EXPORT int close(int fd)
{
    CLOSES(fd);
    return ZG_REAL_LIBC(close)(fd);
}

ZG_EXPORT int fclose(FILE *stream)
{
    CLOSES(stream->_fileno);
    return ZG_REAL_LIBC(fclose)(stream);
}

ZG_EXPORT int dup2(int from, int to)
{
    CLOSES(to);
    return ZG_REAL_LIBC(dup2)(from, to);
}

ZG_EXPORT int dup3(int from, int to, int flags)
{
    CLOSES(to);
    return ZG_REAL_LIBC(dup3)(from, to, flags);
}

/* The event is read when the kernel has done so, too. */
ZG_EXPORT int epoll_ctl(int loop, int operation, int fd, struct epoll_event *event)
{
    int rc;

    zg_silent_change(loop);
    rc = ZG_REAL_LIBC(epoll_ctl)(loop, operation, fd, event);
    if (rc == 0 && operation != EPOLL_CTL_DEL)
        zg_silent_event_changed(loop, event->data.u64);
    zg_silent_changed(loop);
    return rc;
}
