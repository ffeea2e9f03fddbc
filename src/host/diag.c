/* SPDX-License-Identifier: MPL-2.0 */
/* What the kernel knows of unix sockets, and the device that it has for a file system where stat(2)
 * shows another one. */
#include "host/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/str.h"
#include "base/sys.h"

#define STATE_CLOSE  7
#define STATE_LISTEN 10
/* The kernel makes dump replies of at most this size when the reader's buffer is no larger. */
#define REPLY_MAX ((size_t)16384)
/* Datagrams of one dump at most: about 10 million sockets. */
#define REPLIES 65536

bool zg_diag_is_served(const struct zg_diag_socket *s)
{
    return s->has_file && (s->state == STATE_LISTEN || s->type == SOCK_DGRAM);
}

uint64_t zg_diag_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);

    return zg_sys5(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 ? cookie : 0;
}

static void parse_attribute(const struct rtattr *a, struct zg_diag_socket *s)
{
    size_t len = RTA_PAYLOAD(a);
    struct unix_diag_vfs vfs;

    if (a->rta_type == UNIX_DIAG_NAME) {
        s->name = RTA_DATA(a);
        s->name_len = (uint32_t)len;
    }
    if (a->rta_type == UNIX_DIAG_VFS && len >= sizeof(vfs)) {
        memcpy(&vfs, RTA_DATA(a), sizeof(vfs));
        s->has_file = true;
        s->file_ino = vfs.udiag_vfs_ino;
        s->file_dev = vfs.udiag_vfs_dev;
    }
}

static int parse_socket(const char *body, size_t len, struct zg_diag_socket *s)
{
    struct unix_diag_msg m;

    if (len < sizeof(m))
        return -ZG_EINVAL;
    memcpy(&m, body, sizeof(m));
    *s = (struct zg_diag_socket){
        .ino = m.udiag_ino,
        .type = m.udiag_type,
        .state = m.udiag_state,
        .cookie = (uint64_t)m.udiag_cookie[1] << 32 | m.udiag_cookie[0],
    };
    for (size_t at = NLMSG_ALIGN(sizeof(m)); at + sizeof(struct rtattr) <= len;) {
        struct rtattr a;

        memcpy(&a, body + at, sizeof(a));
        if (a.rta_len < sizeof(a) || a.rta_len > len - at)
            return -ZG_EINVAL;
        parse_attribute((const struct rtattr *)(const void *)(body + at), s);
        at += RTA_ALIGN(a.rta_len);
    }
    return 0;
}

static int parse_error(const char *body, size_t len)
{
    int32_t code = 0;

    if (len < sizeof(code))
        return -ZG_EINVAL;
    memcpy(&code, body, sizeof(code));
    return code < 0 && code > -4096 ? code : -ZG_EINVAL;
}

int zg_diag_parse(const void *reply, size_t len,
                  bool (*visit)(const struct zg_diag_socket *s, void *arg), void *arg)
{
    const char *p = reply;
    bool many = false;

    for (size_t at = 0; at + NLMSG_HDRLEN <= len;) {
        struct nlmsghdr h;
        struct zg_diag_socket s;
        int rc = 0;

        memcpy(&h, p + at, sizeof(h));
        if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > len - at)
            return -ZG_EINVAL;
        if (h.nlmsg_type == NLMSG_DONE)
            return ZG_DIAG_DONE;
        if (h.nlmsg_type == NLMSG_ERROR)
            return parse_error(p + at + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN);
        many = many || (h.nlmsg_flags & NLM_F_MULTI) != 0;
        if (h.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
            rc = parse_socket(p + at + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN, &s);
            if (rc != 0)
                return rc;
            if (!visit(&s, arg))
                return ZG_DIAG_STOPPED;
        }
        at += NLMSG_ALIGN((size_t)h.nlmsg_len);
    }
    return many ? ZG_DIAG_MORE : ZG_DIAG_DONE;
}

struct request {
    struct nlmsghdr header;
    struct unix_diag_req body;
};

static int ask(int fd, uint32_t ino)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct request r = {
        .header = {.nlmsg_len = sizeof(r),
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (ino == 0 ? NLM_F_DUMP : 0))},
        .body = {.sdiag_family = AF_UNIX,
                 .udiag_states = ~0U,
                 .udiag_ino = ino,
                 .udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_NAME,
                 .udiag_cookie = {~0U, ~0U}},
    };
    long n = zg_sys6(SYS_sendto, fd, &r, sizeof(r), MSG_DONTWAIT | MSG_NOSIGNAL, &kernel,
                     sizeof(kernel));

    return n < 0 ? (int)n : 0;
}

/* The kernel has queued the answer when the question's call returns, and each read makes it queue
 * the next part: nothing here ever waits. */
static int converse(int fd, uint32_t ino, char *reply,
                    bool (*visit)(const struct zg_diag_socket *s, void *arg), void *arg)
{
    int rc = ask(fd, ino);

    for (int i = 0; rc == 0 && i < REPLIES; i++) {
        struct sockaddr_nl from = {0};
        socklen_t from_len = sizeof(from);
        long n = zg_sys6(SYS_recvfrom, fd, reply, REPLY_MAX, MSG_DONTWAIT, &from, &from_len);

        if (n == -EINTR)
            continue;
        if (n < 0)
            return (int)n;
        if (from.nl_pid != 0) /* anybody may send to a netlink socket: only the kernel is 0 */
            continue;
        rc = zg_diag_parse(reply, (size_t)n, visit, arg);
        if (rc != ZG_DIAG_MORE)
            return rc > 0 ? 0 : rc;
    }
    return rc;
}

static int with_socket(uint32_t ino, bool (*visit)(const struct zg_diag_socket *s, void *arg),
                       void *arg)
{
    int rc;
    char *reply; /* not on the stack, which is the host's and may be small */
    long fd = zg_sys3(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    if (fd < 0)
        return (int)fd;
    fd = zg_sys_move_fd((int)fd);
    reply = zg_sys_map(REPLY_MAX);
    rc = reply == NULL ? -ENOMEM : converse((int)fd, ino, reply, visit, arg);
    if (reply != NULL)
        zg_sys_unmap(reply, REPLY_MAX);
    zg_sys_close((int)fd);
    return rc;
}

static bool keep(const struct zg_diag_socket *s, void *arg)
{
    struct zg_diag_socket *found = arg;

    *found = *s;
    found->name = NULL;
    found->name_len = 0;
    return false;
}

int zg_diag_find(uint32_t ino, struct zg_diag_socket *s)
{
    int rc;

    *s = (struct zg_diag_socket){0};
    rc = with_socket(ino, keep, s);
    if (rc == -ENOENT || (rc == 0 && s->ino != ino))
        return -ZG_ENOENT;
    return rc;
}

int zg_diag_each(bool (*visit)(const struct zg_diag_socket *s, void *arg), void *arg)
{
    return with_socket(0, visit, arg);
}

#define MOUNTS_MAX ((size_t)1 << 20) /* bytes of mountinfo that are looked at */

static uint32_t as_shown(uint64_t major_number, uint64_t minor_number)
{
    return (uint32_t)(major_number << 20 | (minor_number & 0xfffff));
}

/* A number and the character after it. */
static bool take(const char **p, char after, uint64_t *value)
{
    size_t n = 0;

    while ((*p)[n] >= '0' && (*p)[n] <= '9')
        n++;
    if ((*p)[n] != after || zg_str_number(*p, n, 10, value) != 0)
        return false;
    *p += n + 1;
    return true;
}

/* "36 35 98:0 /root /mnt …": mount, parent, device (proc(5)). */
int zg_diag_parse_mounts(const char *mountinfo, uint64_t mount_id, uint32_t *dev)
{
    for (const char *p = mountinfo; *p != '\0';) {
        uint64_t id, parent, high, low;
        bool whole = take(&p, ' ', &id) && take(&p, ' ', &parent) && take(&p, ':', &high) &&
                     take(&p, ' ', &low);

        if (whole && id == mount_id) {
            *dev = as_shown(high, low);
            return 0;
        }
        while (*p != '\0' && *p++ != '\n')
            ;
    }
    return -ZG_ENOENT;
}

/* The line "mnt_id:" of /proc/self/fdinfo/FD. */
static int mount_of(int fd, uint64_t *id)
{
    static const char key[] = "mnt_id:";
    char path[48], text[512];
    const char *at;
    size_t n = 0;

    (void)zg_format(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    if (zg_sys_read_file(path, text, sizeof(text)) < 0)
        return -ENOENT;
    at = strstr(text, key);
    if (at == NULL)
        return -ENOENT;
    at += sizeof(key) - 1;
    at += strspn(at, " \t");
    while (at[n] >= '0' && at[n] <= '9')
        n++;
    return zg_str_number(at, n, 10, id);
}

/* File systems with devices of their own, for which stat(2) says what the kernel has. */
static bool has_plain_device(int fd)
{
    struct statfs fs;

    if (zg_sys2(SYS_fstatfs, fd, &fs) != 0)
        return false;
    switch ((uint32_t)fs.f_type) {
    case EXT4_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case F2FS_SUPER_MAGIC:
    case 0x58465342U: /* xfs */
        return true;
    default:
        return false;
    }
}

static int look_up(int fd, uint32_t *dev)
{
    uint64_t id;
    int rc = mount_of(fd, &id);
    char *text = rc == 0 ? zg_sys_map(MOUNTS_MAX) : NULL;
    long n;

    if (rc != 0)
        return rc;
    if (text == NULL)
        return -ENOMEM;
    n = zg_sys_read_file("/proc/self/mountinfo", text, MOUNTS_MAX);
    rc = n < 0 ? (int)n : zg_diag_parse_mounts(text, id, dev);
    zg_sys_unmap(text, MOUNTS_MAX);
    return rc;
}

int zg_diag_dev_of(const char *path, const struct stat *st, uint32_t *dev)
{
    int fd = zg_sys_open(path, O_PATH | O_NOFOLLOW, 0);
    int rc = 0;

    if (fd < 0)
        return fd;
    if (has_plain_device(fd))
        *dev = as_shown(major(st->st_dev), minor(st->st_dev));
    else
        rc = look_up(fd, dev);
    zg_sys_close(fd);
    return rc;
}
