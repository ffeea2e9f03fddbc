/* SPDX-License-Identifier: MPL-2.0 */
/* The device that the kernel has for a file system, where stat(2) shows another one. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/diag.h"

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
