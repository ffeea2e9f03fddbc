/* SPDX-License-Identifier: MPL-2.0 */
/* Where the other threads are, before code changes under them. */
#include <dirent.h>
#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/entry.h"

/* /proc/self/task/TID/syscall: "running", or the call that the thread waits in. A thread of the
 * own process may always be asked (ptrace_may_access() in kernel/ptrace.c). */
static bool waits(const char *tid)
{
    char path[64], text[16];

    (void)zg_format(path, sizeof(path), "/proc/self/task/%s/syscall", tid);
    return zg_sys_read_file(path, text, sizeof(text)) > 0 && text[0] >= '0' && text[0] <= '9';
}

static bool all_wait(const char *entries, size_t len, uint64_t self)
{
    for (size_t at = 0; at + offsetof(struct dirent64, d_name) < len;) {
        const struct dirent64 *d = (const struct dirent64 *)(const void *)(entries + at);
        uint64_t tid;

        if (zg_str_number(d->d_name, strlen(d->d_name), 10, &tid) == 0 && tid != self &&
            !waits(d->d_name))
            return false;
        if (d->d_reclen == 0)
            return false;
        at += d->d_reclen;
    }
    return true;
}

bool zg_entries_are_quiet(void)
{
    _Alignas(struct dirent64) char entries[2048] = {0};
    uint64_t self = (uint64_t)zg_sys_gettid();
    int fd = zg_sys_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0);
    bool quiet = fd >= 0;
    long n = 1;

    while (quiet && n > 0) {
        n = zg_sys3(SYS_getdents64, fd, entries, sizeof(entries));
        quiet = n == 0 || (n > 0 && all_wait(entries, (size_t)n, self));
    }
    if (fd >= 0)
        zg_sys_close(fd);
    return quiet;
}
