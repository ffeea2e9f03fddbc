/* SPDX-License-Identifier: MPL-2.0 */
/* Choosing where a record goes. */
#include "report/sink.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/options.h"
#include "report/logfile.h"
#include "report/syslog.h"

enum target { TARGET_STDERR, TARGET_SYSLOG, TARGET_FILE };

static struct {
    enum target target;
    struct zg_sink_fd err; /* the duplicate of stderr */
    bool had_err;          /* there was a stderr at the start: err.dev and .ino tell which */
    bool told;             /* the file's failure was reported */
    bool torn;             /* the last record in the file may be incomplete */
    uint64_t written;
} sink = {.err = {.fd = -1}};

static void take_stderr(void)
{
    long fd = zg_sys3(SYS_fcntl, 2, F_DUPFD_CLOEXEC, ZG_SYS_FIRST_FD);

    if (!zg_sink_fd_take(&sink.err, 2))
        return;
    sink.had_err = true;
    sink.err.fd = fd >= 0 ? (int)fd : -1; /* no room above: 2 itself, while it is that file */
}

/* Has the host given 1 and 2 the same file, as daemons do for their own log? */
static bool is_redirected(void)
{
    struct zg_sink_fd out;
    struct stat st;

    return zg_sink_fd_take(&out, 1) && zg_sink_fd_is(&out, 2) && zg_sys_fstat(2, &st) == 0 &&
           !S_ISCHR(st.st_mode) && !S_ISSOCK(st.st_mode);
}

/* stderr, or -1 when there is none any more that is known to be one. */
static int find_stderr(void)
{
    if (sink.err.fd >= 0 && zg_sink_fd_is(&sink.err, sink.err.fd))
        return sink.err.fd;
    if (sink.had_err && zg_sink_fd_is(&sink.err, 2)) {
        take_stderr();
        return 2;
    }
    return is_redirected() ? 2 : -1;
}

static int to_stderr(const char *text, size_t len)
{
    int fd = find_stderr();

    return fd < 0 ? fd : zg_sink_put(fd, text, len);
}

static int to_syslog(const char *text, size_t len, const struct zg_report *r)
{
    return zg_syslog_write(ZG_SYSLOG_JOURNAL, ZG_SYSLOG_DEVICE, text, len, r);
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

void zg_sink_write(const char *text, size_t len, const struct zg_report *r)
{
    sink.written += len;
    if (sink.target == TARGET_SYSLOG && to_syslog(text, len, r) == 0)
        return;
    if (sink.target == TARGET_FILE && to_file(text, len) == 0)
        return;
    if (to_stderr(text, len) < 0 && sink.target != TARGET_SYSLOG)
        (void)to_syslog(text, len, r);
}

bool zg_sink_is_terminal(void)
{
    struct termios t;
    int fd = sink.target == TARGET_STDERR ? find_stderr() : -1;

    return fd >= 0 && zg_sys3(SYS_ioctl, fd, TCGETS, &t) == 0;
}

uint64_t zg_sink_written(void)
{
    return sink.written;
}

void zg_sink_init(void)
{
    const char *why;

    take_stderr();
    if (zg_str_equal(zg_options.log_path, "syslog")) {
        sink.target = TARGET_SYSLOG;
    } else if (!zg_str_equal(zg_options.log_path, "stderr") && zg_options.log_path[0] != '\0') {
        sink.target = TARGET_FILE;
        zg_logfile_init(zg_options.log_path);
        if (zg_options.on_error == ZG_ON_ERROR_LOG && zg_logfile_open(&why) < 0)
            tell(why);
    }
}

void zg_sink_after_fork(void)
{
    /* A child that put something else in the place of 2 has detached: who waits for the end of
     * the parent's stderr must not wait for this child. */
    if (sink.err.fd >= 0 && !zg_sink_fd_is(&sink.err, 2))
        zg_sink_fd_drop(&sink.err);
}
