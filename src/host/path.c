/* SPDX-License-Identifier: MPL-2.0 */
/* Walks the way to a file by descriptors. */
#include "host/path.h"

#include <errno.h>
#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"

int zg_path_absolute(const char *path, char *out, size_t cap)
{
    struct zg_buf b = zg_buf_on(out, cap);
    long n;

    if (path[0] != '/') {
        n = zg_sys2(SYS_getcwd, out, cap);
        if (n == -ERANGE || n == -ENAMETOOLONG)
            return -ZG_ETOOBIG;
        if (n < 0 || out[0] != '/') /* "(unreachable)…": outside of our root */
            return -ZG_ENOENT;
        b.len = strlen(out);
        if (b.len > 1)
            zg_buf_char(&b, '/');
    }
    zg_buf_str(&b, path);
    return b.cut ? -ZG_ETOOBIG : 0;
}

static char type_of(uint32_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFSOCK:
        return 's';
    case S_IFLNK:
        return 'l';
    default:
        return '-';
    }
}

/* The path of a component of the present directory. */
static uint16_t put_text(struct zg_path *w, const char *name, size_t n)
{
    struct zg_buf b = zg_buf_on(w->text + w->used, ZG_PATH_TEXT - w->used);
    size_t at = w->used;

    zg_buf_str(&b, w->here);
    if (n > 0 && b.len > 0 && b.text[b.len - 1] != '/')
        zg_buf_char(&b, '/');
    zg_buf_bytes(&b, name, n);
    if (b.cut) {
        w->text[at] = '\0';
        return (uint16_t)at;
    }
    w->used = at + b.len + 1 < ZG_PATH_TEXT ? at + b.len + 1 : ZG_PATH_TEXT - 1;
    return (uint16_t)at;
}

static struct zg_path_step *add_step(struct zg_path *w, const char *name, size_t n, int fd)
{
    struct zg_path_step *s;
    struct stat st;

    if (w->count == ZG_PATH_STEPS)
        return NULL;
    s = &w->steps[w->count++];
    *s = (struct zg_path_step){.type = '?', .text = put_text(w, name, n)};
    if (fd < 0 || zg_sys_fstat(fd, &st) != 0)
        return s;
    s->type = type_of(st.st_mode);
    s->mode = st.st_mode & 07777;
    s->uid = st.st_uid;
    s->gid = st.st_gid;
    s->dev = st.st_dev;
    s->ino = st.st_ino;
    s->size = (uint64_t)st.st_size;
    return s;
}

static int open_at(int dir, const char *name, int flags)
{
    return zg_sys_openat(dir, name, O_PATH | O_NOFOLLOW | flags, 0);
}

static void enter(struct zg_path *w, int fd)
{
    if (w->dir >= 0)
        zg_sys_close(w->dir);
    w->dir = fd;
}

/* To the root, or to the current directory when its own path leads nowhere. */
static int start_at(struct zg_path *w, const char *where, zg_path_visit *visit, void *arg)
{
    int fd = open_at(AT_FDCWD, where, O_DIRECTORY);

    if (fd < 0)
        return fd;
    (void)zg_str_copy(w->here, sizeof(w->here), where);
    enter(w, fd);
    if (add_step(w, "", 0, fd) == NULL)
        return -ZG_ETOOBIG;
    if (visit != NULL)
        visit(&w->steps[w->count - 1], w->count - 1, fd, arg);
    return 0;
}

/* The link's target goes in front of what is left to walk. */
static int follow(struct zg_path *w, int link)
{
    char target[ZG_PATH_REST];
    struct zg_buf b = zg_buf_on(target, sizeof(target));
    long n;

    if (++w->links > ZG_PATH_LINKS)
        return -ELOOP;
    n = zg_sys4(SYS_readlinkat, link, "", target, sizeof(target) - 1);
    if (n <= 0)
        return n < 0 ? (int)n : -ENOENT;
    b.len = (size_t)n;
    if (w->rest[w->at] != '\0')
        zg_buf_char(&b, '/');
    zg_buf_str(&b, w->rest + w->at);
    if (b.cut)
        return -ZG_ETOOBIG;
    memcpy(w->rest, target, b.len);
    w->rest[b.len] = '\0';
    w->at = 0;
    return 0;
}

static void go_down(struct zg_path *w, const char *name, size_t n)
{
    struct zg_buf b = {.text = w->here, .len = strlen(w->here), .cap = sizeof(w->here)};

    if (b.len > 0 && w->here[b.len - 1] != '/')
        zg_buf_char(&b, '/');
    zg_buf_bytes(&b, name, n);
}

/* Shown once more: what follows lies in it. */
static int go_up(struct zg_path *w, zg_path_visit *visit, void *arg)
{
    char *slash = strrchr(w->here, '/');
    int fd = open_at(w->dir, "..", O_DIRECTORY);

    if (fd < 0)
        return fd;
    enter(w, fd);
    if (slash != NULL)
        slash[slash == w->here] = '\0';
    if (add_step(w, "", 0, fd) == NULL)
        return -ZG_ETOOBIG;
    if (visit != NULL)
        visit(&w->steps[w->count - 1], w->count - 1, fd, arg);
    return 1;
}

/* One component. 1: go on, 0: that was the file, or -errno. */
static int component(struct zg_path *w, const char *name, size_t n, zg_path_visit *visit, void *arg)
{
    struct zg_path_step *s;
    int rc = 1;
    int fd = open_at(w->dir, name, 0);
    bool last = w->rest[w->at] == '\0';

    if (fd < 0)
        return fd;
    s = add_step(w, name, n, fd);
    if (s == NULL) {
        zg_sys_close(fd);
        return -ZG_ETOOBIG;
    }
    if (visit != NULL)
        visit(s, w->count - 1, fd, arg);
    if (s->type == 'l') {
        rc = follow(w, fd);
        rc = rc == 0 ? 1 : rc;
    } else if (last) {
        rc = 0;
    } else if (s->type != 'd') {
        rc = -ENOTDIR;
    } else {
        go_down(w, name, n);
        enter(w, fd);
        return 1;
    }
    zg_sys_close(fd);
    return rc;
}

/* Cuts the next component off what is left. False: nothing is left. */
static bool next_name(struct zg_path *w, char *name, size_t cap, size_t *n)
{
    struct zg_buf b = zg_buf_on(name, cap);

    while (w->rest[w->at] == '/')
        w->at++;
    while (w->rest[w->at] != '\0' && w->rest[w->at] != '/')
        zg_buf_char(&b, w->rest[w->at++]);
    while (w->rest[w->at] == '/')
        w->at++;
    *n = b.len;
    return b.len > 0;
}

static int walk_rest(struct zg_path *w, zg_path_visit *visit, void *arg)
{
    char name[256]; /* NAME_MAX and its NUL */
    size_t n;
    int rc = 1;

    while (rc > 0) {
        if (w->rest[0] == '/' && w->at == 0) {
            rc = start_at(w, "/", visit, arg);
            if (rc < 0)
                return rc;
            rc = 1;
        }
        if (!next_name(w, name, sizeof(name), &n))
            return 0;
        if (n == 2 && name[0] == '.' && name[1] == '.')
            rc = go_up(w, visit, arg);
        else if (n != 1 || name[0] != '.')
            rc = component(w, name, n, visit, arg);
    }
    return rc;
}

/* The current directory may be below directories that may not be passed any more: from there. */
static int walk_from_here(struct zg_path *w, const char *path, zg_path_visit *visit, void *arg)
{
    int rc;

    w->cut = true;
    w->at = 0;
    w->links = 0;
    if (zg_str_copy(w->rest, sizeof(w->rest), path) < strlen(path))
        return -ZG_ETOOBIG;
    rc = start_at(w, ".", visit, arg);
    return rc < 0 ? rc : walk_rest(w, visit, arg);
}

/* The file as the kernel finds it, in the place of the last step when there is no other. */
static void go_there(struct zg_path *w, const char *path, zg_path_visit *visit, void *arg)
{
    int fd = open_at(AT_FDCWD, path, 0);
    struct zg_path_step *s;

    if (fd < 0)
        return;
    if (w->count == ZG_PATH_STEPS)
        w->count--;
    w->here[0] = '\0'; /* the step's path is what was asked for */
    s = add_step(w, path, strlen(path), fd);
    w->direct = s != NULL;
    if (s != NULL && visit != NULL)
        visit(s, w->count - 1, fd, arg);
    zg_sys_close(fd);
}

int zg_path_walk(struct zg_path *w, const char *path, zg_path_visit *visit, void *arg)
{
    int rc;

    w->count = 0;
    w->used = 0;
    w->cut = false;
    w->direct = false;
    w->links = 0;
    w->at = 0;
    w->dir = -1;
    w->here[0] = '\0';
    rc = zg_path_absolute(path, w->rest, sizeof(w->rest));
    if (rc == 0)
        rc = walk_rest(w, visit, arg);
    if (path[0] != '/' && rc != 0 && rc != -ENOENT)
        rc = walk_from_here(w, path, visit, arg);
    if (w->dir >= 0)
        zg_sys_close(w->dir);
    w->dir = -1;
    w->end = rc;
    if (rc != 0 && rc != -ENOENT)
        go_there(w, path, visit, arg);
    return rc;
}
