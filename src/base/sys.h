/* SPDX-License-Identifier: MPL-2.0 */
/* System calls made directly: no errno, no cancellation point, no interposition by other preloads.
 */
#ifndef ZG_BASE_SYS_H
#define ZG_BASE_SYS_H

#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/arch.h"

#define zg_sys0(n)          zg_arch_syscall6((n), 0, 0, 0, 0, 0, 0)
#define zg_sys1(n, a)       zg_arch_syscall6((n), (long)(a), 0, 0, 0, 0, 0)
#define zg_sys2(n, a, b)    zg_arch_syscall6((n), (long)(a), (long)(b), 0, 0, 0, 0)
#define zg_sys3(n, a, b, c) zg_arch_syscall6((n), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define zg_sys4(n, a, b, c, d)                                                                     \
    zg_arch_syscall6((n), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define zg_sys5(n, a, b, c, d, e)                                                                  \
    zg_arch_syscall6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define zg_sys6(n, a, b, c, d, e, f)                                                               \
    zg_arch_syscall6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* Lowest descriptor that the guard uses for what it keeps open: the host counts on small ones. */
#define ZG_SYS_FIRST_FD 64

/* Anonymous, zeroed, private memory, or NULL. len in bytes, a multiple of the page size. */
void *zg_sys_map(size_t len);
void zg_sys_unmap(void *p, size_t len); /* what zg_sys_map() returned, whole */
/* Bytes that are mapped by zg_sys_map() at this moment: all memory of the guard's but its sections,
 * and but what libunwind maps. Atomic. */
extern ZG_HIDDEN size_t zg_sys_mapped;

/* Can the 8 bytes at p be read? About 100 ns; asks the kernel, opens nothing. */
bool zg_sys_readable(const void *p);
/* Copies memory of this process that may not be there, or not any more: false when it is not, or
 * when the kernel does not let us look (process_vm_readv(2)). */
bool zg_sys_peek(uintptr_t from, void *to, size_t len);

/* open(2) with O_CLOEXEC, moved to ZG_SYS_FIRST_FD or above when the limit allows. fd or -errno. */
int zg_sys_open(const char *path, int flags, unsigned mode);
int zg_sys_openat(int dir, const char *path, int flags, unsigned mode);
/* Moves fd to ZG_SYS_FIRST_FD or above (F_DUPFD_CLOEXEC) and closes the old one; the old one stays
 * where the limit leaves no room. Returns the descriptor to use. */
int zg_sys_move_fd(int fd);
void zg_sys_close(int fd);
/* read(2)/write(2), restarted on EINTR. Bytes, 0 at end of file, or -errno. */
long zg_sys_read(int fd, void *buf, size_t len);
long zg_sys_write(int fd, const void *buf, size_t len);
int zg_sys_fstat(int fd, struct stat *st);
int zg_sys_fstatat(int dir, const char *path, struct stat *st, int flags);
/* Reads a whole small file (such as /proc/self/status) of at most cap - 1 bytes and ends it with
 * a NUL. Returns its length or -errno. */
long zg_sys_read_file(const char *path, char *buf, size_t cap);

/* Of the calling thread, its process; by system call, since libc may cache a parent's. */
int zg_sys_gettid(void);
int zg_sys_getpid(void);
/* clock_gettime(2), as 0 or -errno: the system call until zg_clock_init() (host/clock.h) has put
 * the vDSO's function here. Never libc's name: another preload may stand before that, and wait for
 * a lock that it holds while it calls one of our hooks (libfaketime does). */
typedef int zg_sys_clock_fn(clockid_t clock, struct timespec *ts);
extern zg_sys_clock_fn *zg_sys_clock;
/* CLOCK_MONOTONIC in nanoseconds; no errno, about 20 ns. */
uint64_t zg_sys_now(void);
/* The same as of the kernel's last tick, 10 ms ago at most: a fifth of the cost. */
uint64_t zg_sys_coarse(void);
/* CLOCK_BOOTTIME, which goes on while the machine is suspended. */
uint64_t zg_sys_up(void);
/* CLOCK_REALTIME in nanoseconds since 1970. */
uint64_t zg_sys_wall(void);
/* The day (UTC) of a time in seconds since 1970, as YYYYMMDD. */
uint32_t zg_sys_date_of(uint64_t seconds);

/* futex(2), process-private. wait returns when *word != seen, on a wake, a signal or the timeout
 * (nanoseconds, 0 = none): 0 or -errno. wake returns how many were woken. */
int zg_sys_futex_wait(const uint32_t *word, uint32_t seen, uint64_t timeout_ns);
int zg_sys_futex_wake(const uint32_t *word, int count);

/* Blocks every signal of this thread and returns the mask that was in force. */
uint64_t zg_sys_block_signals(void);
void zg_sys_restore_signals(uint64_t mask);

#endif
