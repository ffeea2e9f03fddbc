/* SPDX-License-Identifier: MPL-2.0 */
/* The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL) and RFC 3164. */
#include "report/syslog.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base/str.h"
#include "base/sys.h"
#include "report/sink.h"

#define LINE_BYTES ((size_t)1024)
#define FACILITY   (1 << 3) /* user */

enum { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5 };

static int priority(const struct zg_report *r)
{
    if (r == NULL)
        return SEVERITY_NOTICE;
    return r->severity == ZG_SEVERITY_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING;
}

/* One record, on its way into a log. */
struct record {
    const struct zg_report *report; /* NULL for a notice */
    const char *text;
    size_t len;
    size_t taken; /* bytes of whole lines that the log has */
    uint64_t until;
    int fd; /* connected, or poll(2) would not wait for room at the other end */
};

static bool is_stuck; /* guarded by the report lock: it took nothing when it was waited for */

/* The queue of a log is short (net.unix.max_dgram_qlen): a report's lines fill it at once. */
static int put(const struct record *rec, const struct iovec *parts, size_t count)
{
    struct msghdr message = {
        .msg_iov = (struct iovec *)(uintptr_t)parts,
        .msg_iovlen = count,
    };
    long n;

    do
        n = zg_sys3(SYS_sendmsg, rec->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n == -EINTR || (n == -EAGAIN && !is_stuck && zg_sink_wait(rec->fd, rec->until)));
    if (n < 0)
        return (int)n;
    is_stuck = false;
    return 0;
}

static int to_journal(struct record *rec)
{
    static char field_text[1024]; /* guarded by the report lock */
    const struct zg_report *r = rec->report;
    struct zg_buf fields = zg_buf_on(field_text, sizeof(field_text));
    uint64_t size = rec->len; /* little-endian, as both our processors are */
    struct iovec parts[4];
    int rc;

    while (size > 0 && rec->text[size - 1] == '\n')
        size--;
    zg_buf_format(&fields, "PRIORITY=%d\nSYSLOG_IDENTIFIER=libzmqguard\n", priority(r));
    if (r != NULL)
        zg_buf_format(&fields,
                      "ZMQGUARD_KIND=%s\nZMQGUARD_SEVERITY=%s\nZMQGUARD_WHERE=%s\n"
                      "ZMQGUARD_FINGERPRINT=%016lx\n",
                      zg_kinds[r->finding->kind].name, zg_severity_name(r->severity), r->where,
                      r->fingerprint);
    zg_buf_str(&fields, "MESSAGE\n");
    parts[0] = (struct iovec){fields.text, fields.len};
    parts[1] = (struct iovec){&size, sizeof(size)};
    parts[2] = (struct iovec){(char *)(uintptr_t)rec->text, size};
    parts[3] = (struct iovec){(char *)(uintptr_t) "\n", 1};
    rc = put(rec, parts, ZG_COUNT(parts));
    if (rc == 0)
        rec->taken = rec->len;
    return rc;
}

/* Receivers cut long messages and mark line ends: so a datagram a line. */
static int to_device(struct record *rec)
{
    ZG_BUF(head, 64);
    struct iovec parts[2];

    zg_buf_format(&head, "<%d>libzmqguard[%d]: ", FACILITY | priority(rec->report),
                  zg_sys_getpid());
    parts[0] = (struct iovec){head.text, head.len};
    while (rec->taken < rec->len) {
        const char *line = rec->text + rec->taken;
        const char *end = memchr(line, '\n', rec->len - rec->taken);
        size_t n = end != NULL ? (size_t)(end - line) : rec->len - rec->taken;
        size_t shown = line[0] == '{' || n < LINE_BYTES ? n : LINE_BYTES; /* JSON stays whole */
        int rc;

        parts[1] = (struct iovec){(char *)(uintptr_t)line, shown};
        rc = n > 0 ? put(rec, parts, ZG_COUNT(parts)) : 0;
        if (rc < 0)
            return rc;
        rec->taken += n + (end != NULL);
    }
    return 0;
}

static int connect_to(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = (int)zg_sys3(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc;

    fd = zg_sys_move_fd(fd);
    if (fd < 0)
        return fd;
    (void)zg_str_copy(to.sun_path, sizeof(to.sun_path), path);
    rc = (int)zg_sys3(SYS_connect, fd, &to, sizeof(to));
    if (rc == 0)
        return fd;
    zg_sys_close(fd);
    return rc;
}

static int put_all(struct record *rec, const char *path, int (*put_in)(struct record *rec))
{
    int rc;

    rec->fd = connect_to(path);
    if (rec->fd < 0)
        return rec->fd;
    rc = put_in(rec);
    zg_sys_close(rec->fd);
    return rc;
}

int zg_syslog_write(const struct zg_syslog_at *at, const char *text, size_t len,
                    const struct zg_report *r, size_t *taken)
{
    struct record rec = {
        .report = r,
        .text = text,
        .len = len,
        .until = zg_sys_now() + at->wait_ns,
    };
    int rc = put_all(&rec, at->journal, to_journal);
    bool is_full = rc == -EAGAIN;

    if (rc < 0)
        rc = put_all(&rec, at->device, to_device);
    if (rec.taken == 0 && rc < 0 && (is_full || rc == -EAGAIN)) {
        is_stuck = true;
        rc = -EAGAIN;
    }
    *taken = rec.taken;
    return rc;
}
