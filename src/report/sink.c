/* SPDX-License-Identifier: MPL-2.0 */
/* Choosing where a record goes, and writing to whatever that is. */
#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/options.h"
#include "report/environ.h"
#include "report/json.h"
#include "report/logfile.h"
#include "report/syslog.h"
#include "report/text.h"

#define STEP_NS 2000000L

struct zg_syslog_at zg_sink_syslog = {
    .journal = "/run/systemd/journal/socket",
    .device = "/dev/log",
    .wait_ns = (uint64_t)ZG_SINK_MS * 1000000,
};

enum target { TARGET_STDERR, TARGET_SYSLOG, TARGET_FILE };

static struct {
    enum target target;
    struct zg_sink_fd start; /* what 2 was at the start; fd 2, or -1: there was none */
    struct zg_sink_fd copy;  /* a duplicate of that; fd -1: there is none */
    bool told;               /* the file's failure was reported */
    bool torn;               /* the last record in the file may be incomplete */
    uint32_t refused;        /* atomic: lines that the system's log had no room for, untold */
    uint64_t written;
} sink = {.start = {.fd = -1}, .copy = {.fd = -1}};

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

bool zg_sink_wait(int fd, uint64_t until)
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

        if (n == -EAGAIN && zg_sink_wait(fd, until))
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

static bool is_start(int fd)
{
    return sink.start.fd >= 0 && zg_sink_fd_is(&sink.start, fd);
}

static bool is_terminal(int fd)
{
    struct termios t;

    return fd >= 0 && zg_sys3(SYS_ioctl, fd, TCGETS, &t) == 0;
}

/* Who reads a pipe or a socket may wait for the end of its last writer, and the host need not tell
 * anybody when it lets go of its own. */
static bool has_reader(int fd)
{
    struct stat st;

    return zg_sys_fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static void take_copy(void)
{
    long fd;

    if (sink.copy.fd >= 0 || !is_start(2))
        return;
    fd = zg_sys3(SYS_fcntl, 2, F_DUPFD_CLOEXEC, ZG_SYS_FIRST_FD);
    (void)zg_sink_fd_take(&sink.copy, (int)fd); /* no room above: -1, none */
}

/* Has the host given 1 and 2 a log of its own, as daemons do? Only what is appended to, and was
 * opened once for both, is one: two numbers of a data file look the same but for that. */
static bool is_redirected(void)
{
    long pid = zg_sys_getpid();
    struct stat st;

    return zg_sys_fstat(2, &st) == 0 && S_ISREG(st.st_mode) &&
           (zg_sys2(SYS_fcntl, 2, F_GETFL) & O_APPEND) != 0 &&
           zg_sys5(SYS_kcmp, pid, pid, KCMP_FILE, 1, 2) == 0;
}

/* A host that has put something else in the place of 2 for a while keeps what was there by another
 * number, as pytest does while a test runs: a pipe or socket that was stderr from the start. */
static int find_kept(void)
{
    for (int fd = 3; fd < ZG_SINK_KEPT; fd++) {
        if (is_start(fd) && has_reader(fd))
            return fd;
    }
    return -1;
}

/* stderr, or -1 when there is none any more that is known to be one. */
static int find_stderr(void)
{
    if (is_start(2))
        return 2;
    if (sink.copy.fd >= 0 && zg_sink_fd_is(&sink.copy, sink.copy.fd))
        return sink.copy.fd;
    return is_terminal(2) || is_redirected() ? 2 : find_kept();
}

static int to_stderr(const char *text, size_t len)
{
    int fd = find_stderr();

    return fd < 0 ? fd : zg_sink_put(fd, text, len);
}

/* The bytes that the log has by now. */
static size_t to_syslog(const char *text, size_t len, const struct zg_report *r)
{
    uint32_t refused = 0;
    size_t taken;
    int rc = zg_syslog_write(&zg_sink_syslog, text, len, r, &taken);

    for (size_t i = taken; rc == -EAGAIN && i < len; i++)
        refused += text[i] == '\n';
    __atomic_add_fetch(&sink.refused, refused, __ATOMIC_RELAXED);
    return taken;
}

/* Said once: where the file should have been, and where reports go instead. */
static void tell(const char *why)
{
    static char text[1400]; /* guarded by the report lock */
    struct zg_buf line = zg_buf_on(text, sizeof(text));

    if (sink.told)
        return;
    sink.told = true;
    zg_buf_format(&line, "libzmqguard: log_path=%S: %s; reports go to stderr\n",
                  zg_options.log_path, why);
    if (to_stderr(line.text, line.len) < 0)
        (void)to_syslog(line.text, line.len, NULL);
}

static int to_file(const char *text, size_t len)
{
    const char *why = "cannot be opened";
    int fd = zg_logfile_open(&why);

    if (fd >= 0) {
        why = "cannot be written to";
        if ((!sink.torn || zg_sink_put(fd, "\n", 1) == 0) && zg_sink_put(fd, text, len) == 0) {
            sink.torn = false;
            return 0;
        }
        sink.torn = true;
    }
    tell(why);
    return -ZG_ENOENT;
}

uint32_t zg_sink_refused(void)
{
    return __atomic_load_n(&sink.refused, __ATOMIC_RELAXED);
}

void zg_sink_tell_refused(void)
{
    static char text[512]; /* guarded by the report lock */
    struct zg_buf record = zg_buf_on(text, sizeof(text));
    uint32_t refused = zg_sink_refused();
    ZG_BUF(line, 160);

    if (refused == 0)
        return;
    zg_buf_format(&line,
                  "libzmqguard: the system's log had no room for %u lines of reports in time; they "
                  "went to stderr if there is one (pid=%d)",
                  refused, zg_sys_getpid());
    if (zg_options.format == 1)
        zg_json_notice(line.text, &record);
    else
        zg_buf_format(&record, "%s\n", line.text);
    if (to_syslog(record.text, record.len, NULL) == record.len)
        refused = 0;
    __atomic_store_n(&sink.refused, refused, __ATOMIC_RELAXED);
}

void zg_sink_write(const char *text, size_t len, const struct zg_report *r)
{
    size_t taken = 0;

    sink.written += len;
    if (sink.target == TARGET_SYSLOG) {
        zg_sink_tell_refused();
        taken = to_syslog(text, len, r);
    }
    if (taken == len || (sink.target == TARGET_FILE && to_file(text, len) == 0))
        return;
    if (to_stderr(text + taken, len - taken) < 0 && sink.target != TARGET_SYSLOG)
        (void)to_syslog(text, len, r);
}

bool zg_sink_is_terminal(void)
{
    return sink.target == TARGET_STDERR && is_terminal(find_stderr());
}

uint64_t zg_sink_written(void)
{
    return sink.written;
}

void zg_sink_init(void)
{
    (void)zg_sink_fd_take(&sink.start, 2);
    if (zg_str_equal(zg_options.log_path, "syslog")) {
        sink.target = TARGET_SYSLOG;
    } else if (!zg_str_equal(zg_options.log_path, "stderr") && zg_options.log_path[0] != '\0') {
        sink.target = TARGET_FILE;
        zg_logfile_init(zg_options.log_path);
    } else if (zg_options.summary != 0 || zg_options.require != 0 || zg_options.verbosity > 0) {
        take_copy(); /* there is a word due at the end, before which many programs close 2 */
    }
}

void zg_sink_prepare(void)
{
    const char *why;

    if (sink.target == TARGET_STDERR && !has_reader(2))
        take_copy();
    if (sink.target == TARGET_FILE && !zg_logfile_prepare(&why) &&
        zg_options.on_error == ZG_ON_ERROR_LOG)
        tell(why);
}

void zg_sink_after_fork(void)
{
    /* A child that becomes a daemon puts something else in the place of 2 later on, and whoever
     * waits for the end of the parent's stderr must not wait for it. */
    zg_sink_fd_drop(&sink.copy);
    __atomic_store_n(&sink.refused, 0, __ATOMIC_RELAXED); /* the parent's to tell */
}

/* Out of memory the report shrinks to what every reader relies on. */
static void write_short(const struct zg_report *r)
{
    ZG_BUF(b, 768);
    bool is_error = r->severity == ZG_SEVERITY_ERROR;
    const char *name = zg_kinds[r->finding->kind].name;

    zg_buf_format(&b, "%s: libzmqguard: %s: %.400s (pid=%d)\n", is_error ? "ERROR" : "WARNING",
                  name, r->finding->sentence, r->pid);
    if (is_error)
        zg_buf_format(&b, "SUMMARY: libzmqguard: %s %s\n", name, r->where);
    zg_sink_write(b.text, b.len, r);
}

/* https://no-color.org */
static bool is_colour_unwanted(void)
{
    char value[2];

    return zg_environ_get("NO_COLOR", value, sizeof(value)) && value[0] != '\0';
}

void zg_sink_report(const struct zg_report *r)
{
    static char *buffer; /* mapped at the first report; guarded by the report lock */
    bool colour = zg_options.color == 1 ||
                  (zg_options.color == 0 && zg_sink_is_terminal() && !is_colour_unwanted());
    struct zg_buf b;

    if (buffer == NULL)
        buffer = zg_sys_map(ZG_JSON_BYTES);
    if (buffer == NULL) {
        write_short(r);
        return;
    }
    if (zg_options.format == 1) {
        b = zg_buf_on(buffer, ZG_JSON_BYTES);
        zg_json_write(r, &b);
    } else {
        b = zg_buf_on(buffer, ZG_REPORT_BYTES);
        zg_text_write(r, colour ? &zg_palette_colour : &zg_palette_plain, &b);
    }
    zg_sink_write(b.text, b.len, r);
}
