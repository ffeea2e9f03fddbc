/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the kernel knows of unix sockets (sock_diag(7)): which file a socket is bound to, and
 * whether anybody listens at a file. Asking does not connect, so nobody notices. Any user may ask;
 * answers cover the network namespace of the process. /proc/net/unix is no substitute: names in it
 * are not escaped.
 */
#ifndef ZG_HOST_DIAG_H
#define ZG_HOST_DIAG_H

#include "base/compiler.h"

struct zg_diag_socket {
    uint32_t ino;    /* of the socket itself: what fstat(2) says of its descriptor */
    uint64_t cookie; /* the same for ever, and no other socket's: zg_diag_cookie() */
    uint8_t type;    /* SOCK_STREAM… */
    uint8_t state;   /* as for TCP: 1 connected, 7 neither, 10 listens */
    bool has_file;
    uint32_t file_ino; /* the low 32 bits */
    uint32_t file_dev; /* major << 20 | minor */
    uint32_t name_len;
    const char *name; /* as given to bind(2), not NUL-terminated; inside the reply */
};

/* Sockets of this kind keep others from the file: listening ones, and datagram sockets. */
bool zg_diag_is_served(const struct zg_diag_socket *s);
/* SO_COOKIE of a socket, or 0 where the kernel has none (before Linux 4.12). Numbers of descriptors
 * and inodes are given out again, cookies never. */
uint64_t zg_diag_cookie(int fd);
struct stat;
/*
 * What file_dev is for files like the one at path, whose lstat(2) is *st: the device of its file
 * system. stat(2) shows another one on overlays and btrfs; then it is looked up in
 * /proc/self/mountinfo. 0, or -errno when that cannot be told.
 */
int zg_diag_dev_of(const char *path, const struct stat *st, uint32_t *dev);
/* The same from the text of a mountinfo: 0, or -ZG_ENOENT. Any text may be given. */
int zg_diag_parse_mounts(const char *mountinfo, uint64_t mount_id, uint32_t *dev);

enum zg_diag_end { ZG_DIAG_MORE, ZG_DIAG_DONE, ZG_DIAG_STOPPED };

/*
 * Reads one datagram of replies and shows each socket to visit until that returns false. Returns
 * how it ended (enum zg_diag_end), -errno when the kernel says an error, or -ZG_EINVAL for what is
 * no reply. Any bytes may be given.
 */
int zg_diag_parse(const void *reply, size_t len,
                  bool (*visit)(const struct zg_diag_socket *s, void *arg), void *arg);

/* The one socket by its inode number: 0 with *s filled in (name is NULL), -ZG_ENOENT, or -errno
 * when the kernel does not answer such questions. Does not block. */
int zg_diag_find(uint32_t ino, struct zg_diag_socket *s);
/* All sockets of the network namespace that have a name. 0 or as above. Does not block; costs about
 * 1 us a socket. */
int zg_diag_each(bool (*visit)(const struct zg_diag_socket *s, void *arg), void *arg);

#endif
