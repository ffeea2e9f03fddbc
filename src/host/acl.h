/* SPDX-License-Identifier: MPL-2.0 */
/* POSIX ACLs of files, as the kernel hands them out (acl(5), linux/posix_acl_xattr.h). */
#ifndef ZG_HOST_ACL_H
#define ZG_HOST_ACL_H

#include "base/compiler.h"

/* Entries looked at; ext4 stores about 500 at most, a real ACL has fewer than ten. */
#define ZG_ACL_ENTRIES 255
#define ZG_ACL_BLOB    (4 + 8 * ZG_ACL_ENTRIES)

enum zg_acl_tag {
    ZG_ACL_USER_OBJ = 0x01,
    ZG_ACL_USER = 0x02,
    ZG_ACL_GROUP_OBJ = 0x04,
    ZG_ACL_GROUP = 0x08,
    ZG_ACL_MASK = 0x10,
    ZG_ACL_OTHER = 0x20,
};

struct zg_acl_entry {
    uint16_t tag;
    uint16_t perm; /* bits 4 r, 2 w, 1 x; for all but USER_OBJ and OTHER already under the mask */
    uint32_t id;   /* of USER and GROUP */
};

struct zg_acl {
    uint32_t count;
    struct zg_acl_entry entries[ZG_ACL_ENTRIES];
};

/* Decodes the value of a system.posix_acl_* attribute. 0, or -ZG_EINVAL when it is not one. */
int zg_acl_decode(const void *blob, size_t len, struct zg_acl *acl);

/*
 * The access ACL, or the default ACL of a directory, of what an O_PATH descriptor names. 0,
 * -ZG_ENOENT when there is none (the mode bits are everything), -ZG_ETOOBIG, -ZG_EINVAL, or
 * -errno when it cannot be read, -ENOSYS without /proc. Does not block.
 */
int zg_acl_read(int fd, bool of_default, struct zg_acl *acl);

#endif
