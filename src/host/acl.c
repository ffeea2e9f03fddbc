/* SPDX-License-Identifier: MPL-2.0 */
/* POSIX ACLs of files. */
#include "host/acl.h"

#include <errno.h>

#include "base/str.h"
#include "base/sys.h"

#define VERSION 2 /* POSIX_ACL_XATTR_VERSION */

/* The attribute is little-endian whatever the processor is. */
static uint32_t little(const unsigned char *p, unsigned bytes)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint32_t)p[i] << (8 * i);
    return v;
}

static bool is_single_tag(uint16_t tag)
{
    return tag != 0 && tag <= ZG_ACL_OTHER && (tag & (tag - 1)) == 0;
}

static bool is_under_mask(uint16_t tag)
{
    return tag == ZG_ACL_USER || tag == ZG_ACL_GROUP || tag == ZG_ACL_GROUP_OBJ;
}

static void apply_mask(struct zg_acl *acl, uint16_t mask)
{
    for (uint32_t i = 0; i < acl->count; i++) {
        if (is_under_mask(acl->entries[i].tag))
            acl->entries[i].perm &= mask;
    }
}

int zg_acl_decode(const void *blob, size_t len, struct zg_acl *acl)
{
    const unsigned char *p = blob;
    uint16_t mask = 7;

    acl->count = 0;
    if (len < 4 || (len - 4) % 8 != 0 || little(p, 4) != VERSION)
        return -ZG_EINVAL;
    if ((len - 4) / 8 > ZG_ACL_ENTRIES)
        return -ZG_EINVAL;
    for (p += 4; p < (const unsigned char *)blob + len; p += 8) {
        struct zg_acl_entry *e = &acl->entries[acl->count];

        *e = (struct zg_acl_entry){
            .tag = (uint16_t)little(p, 2),
            .perm = (uint16_t)(little(p + 2, 2) & 7),
            .id = little(p + 4, 4),
        };
        if (!is_single_tag(e->tag))
            return -ZG_EINVAL;
        if (e->tag == ZG_ACL_MASK)
            mask = e->perm;
        acl->count++;
    }
    apply_mask(acl, mask);
    return 0;
}

/* fgetxattr(2) and its newer kin refuse O_PATH descriptors (EBADF): by name, through /proc. */
static long get(int fd, const char *name, void *blob, size_t cap)
{
    char path[40];
    long n;

    zg_format(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = zg_sys4(SYS_getxattr, path, name, blob, cap);
    return n == -ENOENT || n == -EACCES || n == -ENOTDIR ? -ENOSYS : n;
}

int zg_acl_read(int fd, bool of_default, struct zg_acl *acl)
{
    unsigned char blob[ZG_ACL_BLOB];
    const char *name = of_default ? "system.posix_acl_default" : "system.posix_acl_access";
    long n = get(fd, name, blob, sizeof(blob));

    acl->count = 0;
    if (n == -ENODATA || n == -EOPNOTSUPP)
        return -ZG_ENOENT;
    if (n == -ERANGE)
        return -ZG_ETOOBIG;
    if (n < 0)
        return (int)n;
    return zg_acl_decode(blob, (size_t)n, acl);
}
