/* SPDX-License-Identifier: MPL-2.0 */
/* Who we are, whom we trust, and what a file we create now would be like. */
#include "host/ids.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/options.h"

#define OVERFLOW_ID 65534U
#define ALL_IDS     0xffffffffU

static uint32_t read_number(const char *path, uint32_t otherwise)
{
    char text[32];
    uint64_t v;
    long n = zg_sys_read_file(path, text, sizeof(text));

    while (n > 0 && text[n - 1] == '\n')
        n--;
    if (n <= 0 || zg_str_number(text, (size_t)n, 10, &v) != 0 || v > UINT32_MAX)
        return otherwise;
    return (uint32_t)v;
}

/* The next run of digits at or after *p, before the end of the line. False: none. */
static bool next_number(const char **p, uint64_t *value)
{
    size_t n = 0;

    while (**p == ' ' || **p == '\t')
        (*p)++;
    while ((*p)[n] >= '0' && (*p)[n] <= '9')
        n++;
    if (zg_str_number(*p, n, 10, value) != 0)
        return false;
    *p += n;
    return true;
}

bool zg_ids_map_is_total(const char *uid_map)
{
    const char *p = uid_map;
    uint64_t total = 0;

    while (*p != '\0') {
        uint64_t inside, outside, count;

        if (!next_number(&p, &inside) || !next_number(&p, &outside) || !next_number(&p, &count))
            return false;
        if (count > ALL_IDS)
            return false;
        total += count;
        while (*p != '\0' && *p++ != '\n')
            ;
    }
    return total >= ALL_IDS; /* 4294967295: the last id is "no id" */
}

static bool namespace_is_total(void)
{
    char map[1024];

    return zg_sys_read_file("/proc/self/uid_map", map, sizeof(map)) > 0 && zg_ids_map_is_total(map);
}

void zg_ids_take(struct zg_ids *ids, const char *trusted_uids, const char *trusted_gids)
{
    *ids = (struct zg_ids){
        .euid = (uint32_t)zg_sys0(SYS_geteuid),
        .ruid = (uint32_t)zg_sys0(SYS_getuid),
        .egid = (uint32_t)zg_sys0(SYS_getegid),
        .overflow_uid = read_number("/proc/sys/kernel/overflowuid", OVERFLOW_ID),
        .overflow_gid = read_number("/proc/sys/kernel/overflowgid", OVERFLOW_ID),
        .all_mapped = namespace_is_total(),
        .trusted_uids = trusted_uids,
        .trusted_gids = trusted_gids,
    };
}

enum zg_trust zg_ids_user(const struct zg_ids *ids, uint32_t uid)
{
    if (uid == 0 || uid == ids->euid || uid == ids->ruid ||
        zg_options_id_listed(ids->trusted_uids, uid))
        return ZG_TRUST_YES;
    if (uid == UINT32_MAX || (uid == ids->overflow_uid && !ids->all_mapped))
        return ZG_TRUST_UNKNOWN;
    return ZG_TRUST_NO;
}

int zg_ids_parse_umask(const char *status, uint32_t *mask)
{
    static const char key[] = "Umask:";
    uint64_t v = 0;
    size_t n = 0;

    while (!zg_str_starts(status, key)) {
        while (*status != '\0' && *status != '\n')
            status++;
        if (*status == '\0')
            return -ZG_ENOENT;
        status++;
    }
    status += sizeof(key) - 1;
    while (*status == ' ' || *status == '\t')
        status++;
    while (status[n] >= '0' && status[n] <= '7')
        n++;
    if (zg_str_number(status, n, 8, &v) != 0 || v > 0777)
        return -ZG_ENOENT;
    *mask = (uint32_t)v;
    return 0;
}

int zg_ids_umask(uint32_t *mask)
{
    char status[512]; /* the line is the second one */
    long n = zg_sys_read_file("/proc/thread-self/status", status, sizeof(status));

    if (n < 0)
        n = zg_sys_read_file("/proc/self/status", status, sizeof(status));
    return n < 0 ? (int)n : zg_ids_parse_umask(status, mask);
}
