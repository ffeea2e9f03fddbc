/* SPDX-License-Identifier: MPL-2.0 */
/* The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL) and RFC 3164. */
#include "report/syslog.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base/str.h"
#include "base/sys.h"

#define LINE_BYTES ((size_t)1024)
#define FACILITY   (1 << 3) /* user */

enum { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5 };

static int priority(const struct zg_report *r)
{
    if (r == NULL)
        return SEVERITY_NOTICE;
    return r->severity == ZG_SEVERITY_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING;
}

static int open_socket(void)
{
    int fd = (int)zg_sys3(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return zg_sys_move_fd(fd);
}

static int send_to(int fd, const char *path, const struct iovec *parts, size_t count)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct msghdr message = {
        .msg_name = &to,
        .msg_namelen = sizeof(to),
        .msg_iov = (struct iovec *)(uintptr_t)parts,
        .msg_iovlen = count,
    };
    long n;

    (void)zg_str_copy(to.sun_path, sizeof(to.sun_path), path);
    do
        n = zg_sys3(SYS_sendmsg, fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n == -EINTR);
    return n < 0 ? (int)n : 0;
}

static int to_journal(int fd, const char *path, const char *text, size_t len,
                      const struct zg_report *r)
{
    static char field_text[1024]; /* guarded by the report lock */
    struct zg_buf fields = zg_buf_on(field_text, sizeof(field_text));
    uint64_t size;
    struct iovec parts[4];

    while (len > 0 && text[len - 1] == '\n')
        len--;
    size = len; /* little-endian, as both our processors are */
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
    parts[2] = (struct iovec){(char *)(uintptr_t)text, len};
    parts[3] = (struct iovec){(char *)(uintptr_t) "\n", 1};
    return send_to(fd, path, parts, ZG_COUNT(parts));
}

/* Receivers cut long messages and mark line ends: so a datagram a line. */
static int to_device(int fd, const char *path, const char *text, size_t len,
                     const struct zg_report *r)
{
    ZG_BUF(head, 64);
    struct iovec parts[2];
    int rc = 0;

    zg_buf_format(&head, "<%d>libzmqguard[%d]: ", FACILITY | priority(r), zg_sys_getpid());
    parts[0] = (struct iovec){head.text, head.len};
    while (len > 0 && rc == 0) {
        const char *end = memchr(text, '\n', len);
        size_t n = end != NULL ? (size_t)(end - text) : len;
        size_t shown = text[0] == '{' || n < LINE_BYTES ? n : LINE_BYTES; /* JSON stays whole */

        parts[1] = (struct iovec){(char *)(uintptr_t)text, shown};
        if (n > 0)
            rc = send_to(fd, path, parts, ZG_COUNT(parts));
        n += end != NULL;
        text += n;
        len -= n;
    }
    return rc;
}

int zg_syslog_write(const char *journal, const char *device, const char *text, size_t len,
                    const struct zg_report *r)
{
    int fd = open_socket();
    int rc;

    if (fd < 0)
        return fd;
    rc = to_journal(fd, journal, text, len, r);
    if (rc < 0)
        rc = to_device(fd, device, text, len, r);
    zg_sys_close(fd);
    return rc;
}
