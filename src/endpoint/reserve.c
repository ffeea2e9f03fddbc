/* SPDX-License-Identifier: MPL-2.0 */
/* A descriptor kept in reserve. */
#include "endpoint/reserve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/sys.h"

/* Of the room that a low limit leaves: the host counts on small numbers. */
#define BELOW_LIMIT 4

/* Descriptor + 1; 0 = none. Atomic: who takes it out by exchange has it. */
static int reserve;

/* As high as the limit allows, at ZG_SYS_FIRST_FD or above if it can be. */
static int move_up(int fd)
{
    struct rlimit limit;
    long high;

    fd = zg_sys_move_fd(fd);
    if (fd >= ZG_SYS_FIRST_FD || zg_sys2(SYS_getrlimit, RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur <= BELOW_LIMIT)
        return fd;
    high = zg_sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, (int)limit.rlim_cur - BELOW_LIMIT);
    if (high < 0)
        return fd;
    zg_sys_close(fd);
    return (int)high;
}

void zg_reserve_keep(void)
{
    int none = 0;
    int fd;

    if (__atomic_load_n(&reserve, __ATOMIC_RELAXED) != 0)
        return;
    fd = (int)zg_sys4(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    fd = move_up(fd);
    if (!__atomic_compare_exchange_n(&reserve, &none, fd + 1, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        zg_sys_close(fd);
}

void zg_reserve_refuse(int listener)
{
    int fd = __atomic_exchange_n(&reserve, 0, __ATOMIC_ACQ_REL) - 1;
    long peer;

    if (fd < 0) {
        zg_reserve_keep();
        return;
    }
    zg_sys_close(fd);
    peer = zg_sys4(SYS_accept4, listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (peer >= 0)
        zg_sys_close((int)peer);
    zg_reserve_keep();
}
