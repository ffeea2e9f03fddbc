/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Walks the way to a file one component at a time by descriptors (O_PATH, never following), so
 * that nobody can change the way under the walk: each component is looked up in the very directory
 * that was looked at before it. Symbolic links are shown and then followed by the walk itself.
 */
#ifndef ZG_HOST_PATH_H
#define ZG_HOST_PATH_H

#include "base/compiler.h"

/* An address of libzmq's has at most 107 bytes: 54 components. */
#define ZG_PATH_STEPS 96
#define ZG_PATH_TEXT  8192 /* bytes for the steps' paths */
#define ZG_PATH_REST  1024 /* bytes of path still to go, links expanded */
#define ZG_PATH_LINKS 40   /* as many as the kernel follows */

struct zg_path_step {
    uint16_t text; /* where its path begins in zg_path.text */
    char type;     /* 'd' 's' 'l' '-', '?' could not be looked at */
    uint32_t mode; /* permission bits with sticky, setgid and setuid */
    uint32_t uid, gid;
    uint64_t dev, ino;
    uint64_t size;
};

/* The result. Large: keep it in a scratch record, not on the host's stack. */
struct zg_path {
    uint32_t count;
    struct zg_path_step steps[ZG_PATH_STEPS];
    int end;     /* 0: the last step is the file. Else why it was not reached: -ENOENT, -EACCES,
                    -ELOOP, -EMFILE, …; -ZG_ETOOBIG when there were too many steps */
    bool direct; /* the way ended early, and the last step is the file all the same: as the kernel
                    finds it, with nothing known of what stands between */
    bool cut;    /* upper directories are missing: the process's own directory has no path */
    size_t used;
    char text[ZG_PATH_TEXT]; /* raw paths, each ended by a NUL; "" when there was no room */
    /* While walking: */
    int dir;        /* the directory that rest starts in */
    uint32_t links; /* followed so far */
    size_t at;      /* of rest */
    char rest[ZG_PATH_REST];
    char here[ZG_PATH_REST]; /* path of dir */
};

/* Is shown each step with a descriptor of it (O_PATH, valid during the call). */
typedef void zg_path_visit(const struct zg_path_step *step, uint32_t index, int fd, void *arg);

/*
 * Walks to path, which may be relative to the current directory. visit may be NULL. Blocks only as
 * long as looking up names on the file systems concerned does. Returns w->end. The file itself is
 * shown whenever it can be opened at all (O_PATH), however the walk ended.
 */
int zg_path_walk(struct zg_path *w, const char *path, zg_path_visit *visit, void *arg);

ZG_INLINE const char *zg_path_text(const struct zg_path *w, uint32_t step)
{
    return w->text + w->steps[step].text;
}

/* path made absolute by the current directory. 0, -ZG_ETOOBIG, or -ZG_ENOENT when the current
 * directory has no path. */
int zg_path_absolute(const char *path, char *out, size_t cap);

#endif
