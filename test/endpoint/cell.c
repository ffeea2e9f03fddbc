/* SPDX-License-Identifier: MPL-2.0 */
/* One case of the matrix. */
#include "endpoint/cell.h"

#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NEED(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            perror(#x);                                                                            \
            exit(2);                                                                               \
        }                                                                                          \
    } while (0)

/* u::rwx u:64999:rwx g::r-x m::rwx o::--- */
static const unsigned char acl_blob[] = {
    2, 0,    0,    0,    0x01, 0,    7,    0, 0xff, 0xff, 0xff, 0xff, 0x02, 0,    7,
    0, 0xe7, 0xfd, 0,    0,    4,    0,    5, 0,    0xff, 0xff, 0xff, 0xff, 0x10, 0,
    7, 0,    0xff, 0xff, 0xff, 0xff, 0x20, 0, 0,    0,    0xff, 0xff, 0xff, 0xff};

static char *in(const char *top, const char *name)
{
    static char path[4][256];
    static unsigned n;
    char *p = path[n++ % 4];

    snprintf(p, sizeof(path[0]), "%s/%s", top, name);
    return p;
}

void cell_set_up(const struct cell *c, const char *top)
{
    NEED(mkdir(in(top, "d"), 0700) == 0);
    if (c->other_group)
        NEED(chown(in(top, "d"), (uid_t)-1, OTHER_GROUP) == 0);
    if (c->acl == ACL_DEFAULT)
        NEED(setxattr(in(top, "d"), "system.posix_acl_default", acl_blob, sizeof(acl_blob), 0) ==
             0);
    NEED(chmod(in(top, "d"), c->mode) == 0);
    NEED(symlink("d", in(top, "l")) == 0);
}

void cell_tear_down(const char *top)
{
    char command[300];

    snprintf(command, sizeof(command), "rm -rf '%s'/?", top);
    NEED(system(command) == 0);
}

void cell_uri(const struct cell *c, const char *top, char *out, size_t cap)
{
    switch (c->form) {
    case FORM_RELATIVE:
        snprintf(out, cap, "ipc://d/s");
        break;
    case FORM_SYMLINK:
        snprintf(out, cap, "ipc://%s/l/s", top);
        break;
    case FORM_ABSTRACT:
        snprintf(out, cap, "ipc://@zg-matrix-%d", getpid());
        break;
    case FORM_WILDCARD:
        snprintf(out, cap, "ipc://*");
        break;
    case FORM_DEEP:
        snprintf(out, cap, "ipc://%s/d/../d/../d/../d/../d/../d/../d/../d/../d/../d/../d/../d/s",
                 top);
        break;
    default:
        snprintf(out, cap, "ipc://%s/d/s", top);
    }
}

void cell_name_user(const char *path)
{
    NEED(setxattr(path, "system.posix_acl_access", acl_blob, sizeof(acl_blob), 0) == 0);
}

static bool connects(const char *path, size_t len)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok;

    memcpy(sun.sun_path, path, len);
    ok =
        connect(fd, (struct sockaddr *)&sun,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] != '\0'))) == 0;
    close(fd);
    return ok;
}

/* Any component from the file up to top/d: renamed away, its place is free for another one. */
static bool replaces(const char *top, const char *path)
{
    char at[256], away[300];

    snprintf(at, sizeof(at), "%s", path);
    while (strlen(at) > strlen(top) + 2) {
        snprintf(away, sizeof(away), "%s.away", at);
        if (rename(at, away) == 0)
            return rename(away, at) == 0;
        *strrchr(at, '/') = '\0';
    }
    return false;
}

struct answer cell_try(const struct cell *c, const char *top, const char *path, size_t len)
{
    gid_t groups[] = {OTHER_GROUP};
    int status;
    pid_t child = fork();

    if (child == 0) {
        bool replaced, connected;

        NEED(setgroups(c->other_group, groups) == 0);
        NEED(setgid(OTHER_UID) == 0 && setuid(OTHER_UID) == 0);
        /* The guard looks at the file when somebody connects, and would find it away. */
        replaced = path[0] != '\0' && replaces(top, path);
        connected = connects(path, len);
        _exit(connected | replaced << 1);
    }
    NEED(waitpid(child, &status, 0) == child && WIFEXITED(status));
    status = WEXITSTATUS(status);
    return (struct answer){(status & 1) != 0, (status & 2) != 0};
}

struct answer cell_expected(const struct cell *c)
{
    mode_t file = 0777 & ~c->umask;
    bool group = c->other_group;
    struct answer a = {.replace = (c->mode & 0002) != 0 || ((c->mode & 0020) != 0 && group)};

    if ((c->mode & S_ISVTX) != 0)
        a.replace = false;
    if (c->form == FORM_ABSTRACT)
        return (struct answer){.connect = true};
    if (c->acl == ACL_DEFAULT && c->form != FORM_WILDCARD)
        file &= 0770; /* o::---; the group bits are the mask */
    a.connect = (file & 0002) != 0;
    if (c->acl != ACL_NONE)
        a.connect = a.connect || c->acl == ACL_NAMED || (file & 0020) != 0;
    else /* a directory with setgid hands its group on */
        a.connect = a.connect || ((file & 0020) != 0 && group && (c->mode & S_ISGID) != 0);
    return a;
}

const char *cell_why_stricter(const struct cell *c, struct answer said, struct answer did)
{
    if (c->form == FORM_ABSTRACT)
        return NULL;
    if (said.connect && !did.connect && c->form == FORM_WILDCARD)
        return "the directory that libzmq makes for ipc://* has mode 0700: it alone protects the "
               "file";
    if (said.connect && !did.connect && (c->mode & 0001) == 0)
        return "the directory may not be passed by others: it alone protects the file";
    return NULL;
}

const char *cell_name(const struct cell *c, char *out, size_t cap)
{
    static const char *const acls[] = {"no ACL", "default ACL", "named user"};
    static const char *const forms[] = {"absolute", "relative", "symlink", "abstract",
                                        "wildcard", "deep",     "renamed", "of many"};

    snprintf(out, cap, "umask %03o, directory %04o%s, %s, %s", c->umask, c->mode,
             c->other_group ? " of the other's group" : "", acls[c->acl], forms[c->form]);
    return out;
}
