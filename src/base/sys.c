/* SPDX-License-Identifier: MPL-2.0 */
/* System calls made directly. */
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/stat.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>

size_t zg_sys_mapped; /* atomic */

void *zg_sys_map(size_t len)
{
    long p = zg_sys6(SYS_mmap, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p < 0 && p > -4096)
        return NULL;
    __atomic_fetch_add(&zg_sys_mapped, len, __ATOMIC_RELAXED);
    return (void *)p;
}

void zg_sys_unmap(void *p, size_t len)
{
    (void)zg_sys2(SYS_munmap, p, len);
    __atomic_fetch_sub(&zg_sys_mapped, len, __ATOMIC_RELAXED);
}

/* Valgrind says a word on stderr about every request that it does not know. The signals that are
 * blocked in between come right after. */
static bool readable_on_valgrind(const void *p)
{
    uint64_t old;

    if (zg_sys4(SYS_rt_sigprocmask, SIG_BLOCK, p, &old, sizeof(old)) == -EFAULT)
        return false;
    zg_sys_restore_signals(old);
    return true;
}

bool zg_sys_readable(const void *p)
{
    if (p == NULL) /* no address for the kernel, but no new mask */
        return false;
    if (zg_unlikely(zg_arch_on_valgrind()))
        return readable_on_valgrind(p);
    /* The kernel copies the new mask before it looks at what to do with it (kernel/signal.c), and
     * there is no such thing to do: EFAULT or EINVAL, and no change. */
    return zg_sys4(SYS_rt_sigprocmask, -1, p, NULL, sizeof(uint64_t)) != -EFAULT;
}

bool zg_sys_peek(uintptr_t from, void *to, size_t len)
{
    struct iovec there = {(void *)from, len};
    struct iovec here = {to, len};

    return zg_sys6(SYS_process_vm_readv, zg_sys_getpid(), &here, 1, &there, 1, 0) == (long)len;
}

int zg_sys_move_fd(int fd)
{
    long high;

    if (fd < 0 || fd >= ZG_SYS_FIRST_FD)
        return fd;
    high = zg_sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, ZG_SYS_FIRST_FD);
    if (high < 0)
        return fd;
    zg_sys_close(fd);
    return (int)high;
}

int zg_sys_openat(int dir, const char *path, int flags, unsigned mode)
{
    long fd;

    do
        fd = zg_sys4(SYS_openat, dir, path, flags | O_CLOEXEC, mode);
    while (fd == -EINTR);
    return zg_sys_move_fd((int)fd);
}

int zg_sys_open(const char *path, int flags, unsigned mode)
{
    return zg_sys_openat(AT_FDCWD, path, flags, mode);
}

void zg_sys_close(int fd)
{
    (void)zg_sys1(SYS_close, fd);
}

long zg_sys_read(int fd, void *buf, size_t len)
{
    long n;

    do
        n = zg_sys3(SYS_read, fd, buf, len);
    while (n == -EINTR);
    return n;
}

long zg_sys_write(int fd, const void *buf, size_t len)
{
    long n;

    do
        n = zg_sys3(SYS_write, fd, buf, len);
    while (n == -EINTR);
    return n;
}

int zg_sys_fstatat(int dir, const char *path, struct stat *st, int flags)
{
    /* On both 64-bit ABIs the kernel's struct is glibc's struct stat. */
    return (int)zg_sys4(SYS_newfstatat, dir, path, st, flags);
}

int zg_sys_fstat(int fd, struct stat *st)
{
    return zg_sys_fstatat(fd, "", st, AT_EMPTY_PATH);
}

long zg_sys_read_file(const char *path, char *buf, size_t cap)
{
    size_t len = 0;
    int fd = zg_sys_open(path, O_RDONLY, 0);

    if (fd < 0)
        return fd;
    while (len + 1 < cap) {
        long n = zg_sys_read(fd, buf + len, cap - 1 - len);

        if (n <= 0)
            break;
        len += (size_t)n;
    }
    buf[len] = '\0';
    zg_sys_close(fd);
    return (long)len;
}

int zg_sys_gettid(void)
{
    return (int)zg_sys0(SYS_gettid);
}

int zg_sys_getpid(void)
{
    return (int)zg_sys0(SYS_getpid);
}

static int clock_by_syscall(clockid_t clock, struct timespec *ts)
{
    return (int)zg_sys2(SYS_clock_gettime, clock, ts);
}

zg_sys_clock_fn *zg_sys_clock = clock_by_syscall; /* written once, with either good at any time */

static uint64_t now(clockid_t clock)
{
    struct timespec ts = {0};

    (void)__atomic_load_n(&zg_sys_clock, __ATOMIC_RELAXED)(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

uint64_t zg_sys_now(void)
{
    return now(CLOCK_MONOTONIC);
}

uint64_t zg_sys_coarse(void)
{
    return now(CLOCK_MONOTONIC_COARSE);
}

uint64_t zg_sys_up(void)
{
    return now(CLOCK_BOOTTIME);
}

uint64_t zg_sys_wall(void)
{
    return now(CLOCK_REALTIME);
}

/* Days since 1970 to a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
uint32_t zg_sys_date_of(uint64_t seconds)
{
    uint64_t days = seconds / 86400 + 719468;
    uint64_t era = days / 146097;
    uint64_t doe = days % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;
    uint64_t day = doy - (153 * mp + 2) / 5 + 1;
    uint64_t month = mp < 10 ? mp + 3 : mp - 9;
    uint64_t year = yoe + era * 400 + (month <= 2);

    return (uint32_t)(year * 10000 + month * 100 + day);
}

int zg_sys_futex_wait(const uint32_t *word, uint32_t seen, uint64_t timeout_ns)
{
    struct timespec ts = {
        .tv_sec = (time_t)(timeout_ns / 1000000000U),
        .tv_nsec = (long)(timeout_ns % 1000000000U),
    };

    return (int)zg_sys4(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, timeout_ns ? &ts : NULL);
}

int zg_sys_futex_wake(const uint32_t *word, int count)
{
    return (int)zg_sys3(SYS_futex, word, FUTEX_WAKE_PRIVATE, count);
}

uint64_t zg_sys_block_signals(void)
{
    uint64_t all = ~(uint64_t)0;
    uint64_t old = 0;

    (void)zg_sys4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(all));
    return old;
}

void zg_sys_restore_signals(uint64_t mask)
{
    (void)zg_sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}
