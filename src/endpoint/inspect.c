/* SPDX-License-Identifier: MPL-2.0 */
/* Looks at an ipc endpoint as it is now. */
#include "endpoint/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "endpoint/report.h"
#include "host/diag.h"
#include "host/options.h"

#define LOOKS_AT_ONCE 32

static struct zg_pool pool = ZG_POOL(struct zg_inspection, LOOKS_AT_ONCE);

_Static_assert(ZG_PATH_STEPS == ZG_FACTS_STEPS, "a fact for each step");

struct zg_inspection *zg_inspection_take(void)
{
    return zg_pool_get(&pool);
}

void zg_inspection_give(struct zg_inspection *i)
{
    zg_pool_put(&pool, i);
}

static uint32_t magic_of(int fd)
{
    struct statfs fs;

    return zg_sys2(SYS_fstatfs, fd, &fs) == 0 ? (uint32_t)fs.f_type : 0;
}

/* File systems that may show "nobody" as the owner of what they treat as another's. */
static bool is_remapping(uint32_t magic)
{
    switch (magic) {
    case NFS_SUPER_MAGIC:
    case 0xff534d42U: /* cifs */
    case 0xfe534d42U: /* smb2 */
    case 0x65735546U: /* fuse */
    case V9FS_MAGIC:
        return true;
    default:
        return false;
    }
}

/* File systems whose inode numbers are the same for stat(2) and sock_diag(7). Overlays and network
 * file systems make up their own for the previous. */
static bool has_plain_inodes(uint32_t magic)
{
    switch (magic) {
    case EXT4_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case 0x58465342U: /* xfs */
        return true;
    default:
        return false;
    }
}

static void judge_entry(struct zg_inspection *i, uint32_t index, const struct zg_acl_entry *e)
{
    struct zg_step_facts *s = &i->facts.steps[index];
    enum zg_trust trust;

    if ((e->perm & 2) == 0)
        return;
    if (e->tag == ZG_ACL_GROUP_OBJ)
        s->acl_group_write = true;
    if ((e->tag != ZG_ACL_USER && e->tag != ZG_ACL_GROUP) || s->acl_untrusted)
        return;
    trust = e->tag == ZG_ACL_USER ? zg_ids_user(&i->ids, e->id) : zg_ids_group(&i->ids, e->id);
    if (trust != ZG_TRUST_NO)
        return;
    s->acl_untrusted = true;
    i->acl[index].is_group = e->tag == ZG_ACL_GROUP;
    i->acl[index].id = e->id;
}

static void take_acl(struct zg_inspection *i, uint32_t index, int fd)
{
    struct zg_step_facts *s = &i->facts.steps[index];
    int rc = zg_acl_read(fd, false, &i->scratch);

    if (rc != 0 && rc != -ZG_ENOENT && rc != -ZG_ETOOBIG)
        zg_report_unseen(ZG_UNSEEN_ACL, rc, "the ACL of %S", zg_path_text(&i->path, index));

    i->acl[index].unreadable = rc == -ZG_ETOOBIG;
    s->acl_untrusted = rc == -ZG_ETOOBIG;
    if (rc != 0)
        return;
    s->has_acl = true;
    for (uint32_t n = 0; n < i->scratch.count; n++)
        judge_entry(i, index, &i->scratch.entries[n]);
}

/* Is it one of trusted_dirs, a list with commas between? By what is there now, not by name. */
static bool is_accepted(const struct zg_path_step *step)
{
    const char *p = zg_options.trusted_dirs;
    char path[ZG_LISTENER_PATH];

    while (*p != '\0') {
        size_t n = strcspn(p, ",");
        struct zg_buf b = zg_buf_on(path, sizeof(path));
        struct stat st;

        zg_buf_bytes(&b, p, n);
        if (n > 0 && !b.cut && zg_sys_fstatat(AT_FDCWD, path, &st, 0) == 0 &&
            st.st_dev == step->dev && st.st_ino == step->ino)
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

static void take_step(const struct zg_path_step *step, uint32_t index, int fd, void *arg)
{
    struct zg_inspection *i = arg;
    struct zg_step_facts *s = &i->facts.steps[index];

    *s = (struct zg_step_facts){
        .type = step->type,
        .mode = step->mode,
        .owner = zg_ids_user(&i->ids, step->uid),
        .group = ZG_TRUST_YES,
    };
    i->facts.count = index + 1;
    if (step->type == '?') {
        s->owner = ZG_TRUST_UNKNOWN;
        return;
    }
    if (step->type == 'd' || step->type == 's')
        take_acl(i, index, fd);
    if (step->type != 'l' && zg_step_group_writes(s))
        s->group = zg_ids_group(&i->ids, step->gid);
    if (s->owner == ZG_TRUST_NO && step->uid == i->ids.overflow_uid)
        s->remapped = is_remapping(magic_of(fd));
    if (s->owner == ZG_TRUST_UNKNOWN)
        zg_report_unseen(ZG_UNSEEN_OWNER, 0,
                         "who owns %S: uid %u stands for all that have no name in this user "
                         "namespace, and counts as nobody in particular; trusted_uids=%u says "
                         "that all of them are trusted",
                         zg_path_text(&i->path, index), step->uid, step->uid);
    s->accepted = step->type == 'd' && is_accepted(step);
}

static void walk(struct zg_inspection *i, const char *path, bool later)
{
    int rc;

    i->facts = (struct zg_endpoint_facts){.later = later};
    i->inherits = false;
    zg_ids_take(&i->ids, zg_options.trusted_uids, zg_options.trusted_gids);
    rc = zg_path_walk(&i->path, path, take_step, i);
    i->facts.complete = (rc == 0 && i->path.count > 0) || i->path.direct;
    i->facts.direct = i->path.direct;
    i->facts.gone = rc == -ENOENT;
    if (rc != 0 && rc != -ENOENT)
        zg_report_unseen(
            i->path.direct ? ZG_UNSEEN_WAY : ZG_UNSEEN_FILE, rc,
            i->path.direct ? "who may replace %S by its upper directories" : "the file %S", path);
}

static const struct zg_path_step *file_of(const struct zg_inspection *i)
{
    return i->facts.complete ? &i->path.steps[i->path.count - 1] : NULL;
}

/* Is the file at the end of the way the one that the socket is bound to? */
static void identify(struct zg_inspection *i, const char *path, int fd)
{
    const struct zg_path_step *file = file_of(i);
    struct zg_diag_socket s;
    struct stat st, there;
    struct statfs fs;
    uint32_t dev;

    if (file == NULL || fd < 0 || zg_sys_fstat(fd, &st) != 0)
        return;
    if (zg_sys2(SYS_statfs, path, &fs) != 0 || !has_plain_inodes((uint32_t)fs.f_type))
        return;
    if (zg_diag_find((uint32_t)st.st_ino, &s) != 0 || !s.has_file)
        return;
    there = (struct stat){.st_dev = file->dev, .st_ino = file->ino};
    if (zg_diag_dev_of(path, &there, &dev) != 0)
        return;
    i->facts.identity_known = true;
    i->facts.is_ours = s.file_ino == (uint32_t)file->ino && s.file_dev == dev;
}

static void remember(struct zg_inspection *i, struct zg_listener *l)
{
    const struct zg_path_step *file = file_of(i);
    const struct zg_step_facts *facts;

    l->has_umask = zg_ids_umask(&l->umask) == 0;
    if (file == NULL)
        return;
    facts = &i->facts.steps[i->facts.count - 1];
    l->has_file = true;
    l->root_dev = i->path.steps[0].dev;
    l->root_ino = i->path.steps[0].ino;
    l->dev = file->dev;
    l->ino = file->ino;
    l->mode = file->mode;
    if (!i->path.cut && !i->path.direct)
        (void)zg_str_copy(l->real, sizeof(l->real), zg_path_text(&i->path, i->path.count - 1));
    l->open_to_all = (file->mode & 0002) != 0;
    l->open_to_group = zg_step_group_writes(facts) && facts->group == ZG_TRUST_NO;
}

static void look_for_default_acl(struct zg_inspection *i)
{
    uint32_t parent = i->path.count - 2;
    int fd;

    if (!i->facts.complete || i->facts.direct || i->path.count < 2 ||
        !i->facts.steps[i->path.count - 1].acl_untrusted || i->path.steps[parent].type != 'd')
        return;
    fd = zg_sys_open(zg_path_text(&i->path, parent), O_PATH, 0);
    if (fd < 0)
        return;
    i->inherits = zg_acl_read(fd, true, &i->scratch) == 0;
    zg_sys_close(fd);
}

void zg_inspect_new(struct zg_inspection *i, struct zg_listener *l, const char *path, int fd)
{
    if (l->form == ZG_IPC_ABSTRACT) {
        i->facts = (struct zg_endpoint_facts){.form = ZG_IPC_ABSTRACT};
        i->path.count = 0;
        l->has_umask = false;
    } else {
        walk(i, path, false);
        i->facts.form = l->form;
        identify(i, path, fd);
        remember(i, l);
        look_for_default_acl(i);
    }
    zg_endpoint_judge(&i->facts, &i->verdict);
}

bool zg_inspect_again(struct zg_inspection *i, struct zg_listener *l)
{
    const struct zg_path_step *file;
    char path[ZG_LISTENER_PATH];

    zg_listener_path(l, path);
    walk(i, path, true);
    i->facts.form = l->form;
    i->facts.was_open_to_all = l->open_to_all;
    i->facts.was_open_to_group = l->open_to_group;
    file = file_of(i);
    i->facts.identity_known = file != NULL && l->has_file;
    i->facts.is_ours = file != NULL && file->dev == l->dev && file->ino == l->ino;
    look_for_default_acl(i);
    zg_endpoint_judge(&i->facts, &i->verdict);
    return i->path.count > 0 && l->has_file && i->path.steps[0].dev == l->root_dev &&
           i->path.steps[0].ino == l->root_ino;
}
