/* SPDX-License-Identifier: MPL-2.0 */
/* Who we are, whom we trust, and what a file we create now would be like. */
#ifndef ZG_HOST_IDS_H
#define ZG_HOST_IDS_H

#include "model/endpoint.h"

/* The facts that decide about trust. Taken anew for each look: a program may change its ids. */
struct zg_ids {
    uint32_t euid, ruid, egid;
    uint32_t overflow_uid, overflow_gid; /* what stands for an id that has no name here */
    bool all_mapped; /* every uid has a name in this user namespace: no id stands for others */
    const char *trusted_uids; /* lists as of the options; outlive the struct */
    const char *trusted_gids;
};

/* Four to six system calls, none blocks. */
void zg_ids_take(struct zg_ids *ids, const char *trusted_uids, const char *trusted_gids);

/* 0, the process's own, trusted_uids: YES. In a user namespace the overflow uid stands for all that
 * are outside: UNKNOWN. */
enum zg_trust zg_ids_user(const struct zg_ids *ids, uint32_t uid);

/*
 * trusted_gids, and groups whose every member is a trusted user, such as a private user group:
 * YES. Members are taken from /etc/group and /etc/passwd as they are: asking NSS could block, load
 * libraries and allocate. A gid that neither file knows is the user's private one if it equals the
 * uid and the uid is unknown too. Reads up to 1 MiB of each file on the first question about a gid.
 */
enum zg_trust zg_ids_group(const struct zg_ids *ids, uint32_t gid);
/* The same from given files and without memory, for tests. */
enum zg_trust zg_ids_group_in(const struct zg_ids *ids, uint32_t gid, const char *group_file,
                              const char *passwd_file);

/* The umask of this thread without setting it: 0, or -errno or -ZG_ENOENT where /proc does not
 * say. */
int zg_ids_umask(uint32_t *mask);
/* The value of the line "Umask:" in a /proc/PID/status. 0 or -ZG_ENOENT. Any text may be given. */
int zg_ids_parse_umask(const char *status, uint32_t *mask);
/* Does a /proc/PID/uid_map map every id to itself or another? */
bool zg_ids_map_is_total(const char *uid_map);

#endif
