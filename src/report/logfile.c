/* SPDX-License-Identifier: MPL-2.0 */
/* The log file: naming it, opening it where nobody can redirect it, noticing that it is gone. */
#include "report/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/ids.h"
#include "host/options.h"
#include "report/frames.h"
#include "report/sink.h"

#define PATH_BYTES 2048
#define WRITABLE   (S_IWGRP | S_IWOTH)

static struct {
    char pattern[PATH_BYTES]; /* absolute */
    struct zg_sink_fd dir;
    struct zg_sink_fd file;
    int pid;               /* whose the file is */
    char name[PATH_BYTES]; /* the expanded path of the file that is open */
    bool is_device;
} the = {.dir = {.fd = -1}, .file = {.fd = -1}};

static void put_program(struct zg_buf *out)
{
    static char path[512];
    long n = zg_sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof(path) - 1);

    path[n > 0 ? n : 0] = '\0';
    zg_buf_str(out, n > 0 ? zg_str_last_component(path) : "unknown");
}

static void put_host(struct zg_buf *out)
{
    struct utsname name;

    zg_buf_str(out, zg_sys1(SYS_uname, &name) == 0 ? name.nodename : "unknown");
}

void zg_logfile_expand(const char *pattern, struct zg_buf *out)
{
    bool has_pid = false;

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') {
            zg_buf_char(out, *p);
            continue;
        }
        p++;
        has_pid = has_pid || *p == 'p';
        if (*p == 'p')
            zg_buf_dec(out, (uint64_t)zg_sys_getpid());
        else if (*p == 'e')
            put_program(out);
        else if (*p == 'h')
            put_host(out);
        else if (*p == '%')
            zg_buf_char(out, '%');
        else
            zg_buf_format(out, "%%%c", *p);
    }
    if (!has_pid)
        zg_buf_format(out, ".%d", zg_sys_getpid());
}

/* In a user namespace the owner of a directory from outside has no name: it is not refused for
 * that. */
static bool is_trusted(uid_t uid)
{
    struct zg_ids ids;

    zg_ids_take(&ids, zg_options.trusted_uids, zg_options.trusted_gids);
    return zg_ids_user(&ids, uid) != ZG_TRUST_NO;
}

/* One step of the way; takes the descriptor `at`. */
static int step(int at, const char *name, const char **why)
{
    struct stat st;
    int next = zg_sys_openat(at, name, O_PATH | O_NOFOLLOW, 0);

    *why = next == -ENOENT ? "no such directory" : "cannot be opened";
    if (next >= 0 && zg_sys_fstat(next, &st) == 0 && S_ISLNK(st.st_mode)) {
        zg_sys_close(next);
        *why = "a symbolic link on the way belongs to an untrusted user";
        next = is_trusted(st.st_uid) ? zg_sys_openat(at, name, O_PATH | O_DIRECTORY, 0) : -EPERM;
    }
    zg_sys_close(at);
    if (next < 0)
        return next;
    *why = "a component of the path is no directory";
    if (zg_sys_fstat(next, &st) < 0 || !S_ISDIR(st.st_mode))
        goto refuse;
    *why = "a directory on the way belongs to an untrusted user";
    if (!is_trusted(st.st_uid))
        goto refuse;
    *why = "a directory on the way is writable for everybody and not sticky";
    if ((st.st_mode & (S_IWOTH | S_ISVTX)) != S_IWOTH)
        return next;
refuse:
    zg_sys_close(next);
    return -EPERM;
}

/* The directory of an absolute path, walked from the root. fd or negative. */
static int open_way(const char *path, const char **why)
{
    char name[256];
    int at = zg_sys_open("/", O_PATH | O_DIRECTORY, 0);

    *why = "cannot be opened";
    while (at >= 0) {
        size_t n;

        while (*path == '/')
            path++;
        n = strcspn(path, "/");
        if (path[n] == '\0')
            return at;
        (void)zg_format(name, sizeof(name), "%.*s", (int)n, path);
        at = step(at, name, why);
        path += n;
    }
    return at;
}

/* A file that was there before: only one that nobody else can have made or can write to. */
static bool is_ours(int fd)
{
    struct stat st;

    return zg_sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
           st.st_uid == (uid_t)zg_sys0(SYS_geteuid) && (st.st_mode & WRITABLE) == 0;
}

static int open_file(int dir, const char *base, const char **why)
{
    const int how = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    int fd = zg_sys_openat(dir, base, how | O_CREAT | O_EXCL, 0600);

    *why = "cannot be created";
    if (fd != -EEXIST)
        return fd;
    fd = zg_sys_openat(dir, base, how, 0);
    *why = "what is there is not a log of ours";
    if (fd < 0 || is_ours(fd))
        return fd;
    zg_sys_close(fd);
    return -EPERM;
}

/* /dev/null, /dev/full, a serial line: root's, and no name of ours is made beside it. */
static bool is_device(const char *path)
{
    struct stat st;

    return zg_sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) &&
           st.st_uid == 0;
}

/* The directory: the one that is held, or found again when the host closed its descriptor. A
 * pattern can make another directory of it in a child. */
static int dir_of(const char *path, const char **why)
{
    static char last[PATH_BYTES];
    size_t n = (size_t)(zg_str_last_component(path) - path);

    if (the.dir.fd >= 0 && strncmp(last, path, n) == 0 && last[n] == '\0' &&
        zg_sink_fd_is(&the.dir, the.dir.fd))
        return the.dir.fd;
    zg_sink_fd_drop(&the.dir);
    (void)zg_format(last, sizeof(last), "%.*s", (int)n, path);
    (void)zg_sink_fd_take(&the.dir, open_way(path, why));
    return the.dir.fd;
}

/* Is the open file still what its name says? */
static bool is_current(void)
{
    struct stat st;

    if (the.pid != zg_sys_getpid() || !zg_sink_fd_is(&the.file, the.file.fd))
        return false;
    if (the.is_device)
        return true;
    return zg_sink_fd_is(&the.dir, the.dir.fd) &&
           zg_sys_fstatat(the.dir.fd, zg_str_last_component(the.name), &st, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           st.st_dev == the.file.dev && st.st_ino == the.file.ino;
}

int zg_logfile_open(const char **why)
{
    struct zg_buf name;
    int dir;

    if (the.file.fd >= 0 && is_current())
        return the.file.fd;
    zg_sink_fd_drop(&the.file);
    the.pid = zg_sys_getpid();
    the.is_device = is_device(the.pattern);
    if (the.is_device) {
        *why = "cannot be opened";
        (void)zg_sink_fd_take(&the.file, zg_sys_open(the.pattern, O_WRONLY | O_NOCTTY, 0));
        return the.file.fd;
    }
    name = zg_buf_on(the.name, sizeof(the.name));
    zg_logfile_expand(the.pattern, &name);
    *why = "the name is too long";
    dir = name.cut ? -1 : dir_of(the.name, why);
    if (dir < 0)
        return -1;
    (void)zg_sink_fd_take(&the.file, open_file(dir, zg_str_last_component(the.name), why));
    return the.file.fd;
}

void zg_logfile_init(const char *pattern)
{
    struct zg_buf b = zg_buf_on(the.pattern, sizeof(the.pattern));
    long n = 0;

    if (pattern[0] != '/') {
        n = zg_sys2(SYS_getcwd, the.pattern, sizeof(the.pattern) - 2);
        b.len = n > 1 ? (size_t)n - 1 : 0;
        zg_buf_char(&b, '/');
    }
    zg_buf_str(&b, pattern);
}

bool zg_logfile_prepare(const char **why)
{
    struct zg_buf name = zg_buf_on(the.name, sizeof(the.name));

    the.is_device = is_device(the.pattern);
    zg_logfile_expand(the.pattern, &name);
    *why = "the name is too long";
    return the.is_device || (!name.cut && dir_of(name.text, why) >= 0);
}
