/* SPDX-License-Identifier: MPL-2.0 */
/* Who we are, whom we trust (also of a group, by /etc/group and /etc/passwd), and what a file that
 * we create now would be like. */
#include "host/ids.h"

#include <fcntl.h>

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

#define FILE_MAX  ((size_t)1 << 20)
#define FIELD_MAX 64

/* Reads a file of lines of fields character by character, in bounded memory. */
struct reader {
    int fd;
    size_t at, len, total;
    char buf[1024];
};

/* The next character, or -1 at the end or beyond FILE_MAX. */
static int next_char(struct reader *r)
{
    if (r->at == r->len) {
        long n = r->total >= FILE_MAX ? 0 : zg_sys_read(r->fd, r->buf, sizeof(r->buf));

        if (n <= 0)
            return -1;
        r->at = 0;
        r->len = (size_t)n;
        r->total += (size_t)n;
    }
    return (unsigned char)r->buf[r->at++];
}

/* Reads up to one of the stops, newline or end; *stop is which (-1 end). What does not fit is cut
 * and then equals no name. */
static void next_field(struct reader *r, const char *stops, struct zg_buf *field, int *stop)
{
    field->len = 0;
    field->cut = false;
    field->text[0] = '\0';
    for (;;) {
        int c = next_char(r);

        if (c < 0 || c == '\n' || (c != '\0' && strchr(stops, c) != NULL)) {
            *stop = c;
            return;
        }
        zg_buf_char(field, (char)c);
    }
}

static void skip_line(struct reader *r, int stop)
{
    while (stop >= 0 && stop != '\n')
        stop = next_char(r);
}

/* Names of the group's members, each ended by a comma. */
struct members {
    char names[1024];
    struct zg_buf list;
    uint32_t named;   /* in the list */
    uint32_t matched; /* of those, in passwd */
    uint32_t primary; /* users whose primary group it is */
    bool outsider;    /* one that is not trusted */
    bool own_known;   /* the process's own uid is in passwd */
};

static void read_members(struct reader *r, struct members *m, int stop)
{
    ZG_BUF(name, FIELD_MAX);

    while (stop >= 0 && stop != '\n') {
        next_field(r, ",", &name, &stop);
        if (name.len == 0)
            continue;
        zg_buf_str(&m->list, name.text);
        zg_buf_char(&m->list, ',');
        m->named++;
    }
}

/* name:password:gid:member,member */
static void read_group(struct reader *r, uint32_t gid, struct members *m)
{
    ZG_BUF(field, FIELD_MAX);
    int stop = 0;

    while (stop >= 0) {
        uint64_t id = UINT64_MAX;

        next_field(r, ":", &field, &stop);
        if (stop == ':')
            next_field(r, ":", &field, &stop);
        if (stop == ':') {
            next_field(r, ":", &field, &stop);
            if (zg_str_number(field.text, field.len, 10, &id) == 0 && id == gid)
                read_members(r, m, stop);
            else
                skip_line(r, stop);
        }
    }
}

static bool is_named(const struct members *m, const char *name, size_t len)
{
    const char *p = m->list.text;

    while (len > 0 && (p = strstr(p, name)) != NULL) {
        if ((p == m->list.text || p[-1] == ',') && p[len] == ',')
            return true;
        p++;
    }
    return false;
}

static void count_user(const struct zg_ids *ids, struct members *m, bool named, bool primary,
                       uint32_t uid)
{
    m->own_known = m->own_known || uid == ids->euid;
    m->matched += named;
    m->primary += primary;
    if ((named || primary) && zg_ids_user(ids, uid) != ZG_TRUST_YES)
        m->outsider = true;
}

/* name:password:uid:gid:… */
static void read_passwd(struct reader *r, const struct zg_ids *ids, uint32_t gid, struct members *m)
{
    ZG_BUF(field, FIELD_MAX);
    int stop = 0;

    while (stop >= 0) {
        uint64_t uid = 0, primary = 0;
        bool named;

        next_field(r, ":", &field, &stop);
        named = !field.cut && is_named(m, field.text, field.len);
        for (int i = 0; i < 2 && stop == ':'; i++)
            next_field(r, ":", &field, &stop);
        if (stop != ':' || zg_str_number(field.text, field.len, 10, &uid) != 0) {
            skip_line(r, stop);
            continue;
        }
        next_field(r, ":", &field, &stop);
        if (zg_str_number(field.text, field.len, 10, &primary) == 0)
            count_user(ids, m, named, primary == gid, (uint32_t)uid);
        skip_line(r, stop);
    }
}

static bool open_reader(struct reader *r, const char *path)
{
    r->fd = zg_sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    r->at = r->len = r->total = 0;
    return r->fd >= 0;
}

static bool read_all(const struct zg_ids *ids, uint32_t gid, const char *group_file,
                     const char *passwd_file, struct members *m)
{
    struct reader r;
    bool complete;

    if (!open_reader(&r, group_file))
        return false;
    read_group(&r, gid, m);
    complete = r.total < FILE_MAX;
    zg_sys_close(r.fd);
    if (!complete || !open_reader(&r, passwd_file))
        return false;
    read_passwd(&r, ids, gid, m);
    complete = r.total < FILE_MAX;
    zg_sys_close(r.fd);
    return complete;
}

enum zg_trust zg_ids_group_in(const struct zg_ids *ids, uint32_t gid, const char *group_file,
                              const char *passwd_file)
{
    struct members m = {.named = 0};
    bool complete;

    if (zg_options_id_listed(ids->trusted_gids, gid))
        return ZG_TRUST_YES;
    if (gid == UINT32_MAX || (gid == ids->overflow_gid && !ids->all_mapped))
        return ZG_TRUST_UNKNOWN;
    m.list = zg_buf_on(m.names, sizeof(m.names));
    complete = read_all(ids, gid, group_file, passwd_file, &m);
    if (m.outsider || m.list.cut || m.matched < m.named)
        return ZG_TRUST_NO;
    if (m.primary + m.named > 0)
        return complete ? ZG_TRUST_YES : ZG_TRUST_NO;
    return !m.own_known && gid == ids->euid && gid == ids->egid ? ZG_TRUST_YES : ZG_TRUST_NO;
}

/* What was found, by gid: bit 63 set, trust, gid. Atomic; any thread writes any entry. Membership
 * is not looked up again while the process lives. */
static uint64_t known[8];

enum zg_trust zg_ids_group(const struct zg_ids *ids, uint32_t gid)
{
    uint64_t *slot = &known[gid % ZG_COUNT(known)];
    uint64_t entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
    enum zg_trust trust;

    if (entry >> 63 != 0 && (uint32_t)entry == gid)
        return (enum zg_trust)(entry >> 32 & 3);
    trust = zg_ids_group_in(ids, gid, "/etc/group", "/etc/passwd");
    entry = (uint64_t)1 << 63 | (uint64_t)trust << 32 | gid;
    __atomic_store_n(slot, entry, __ATOMIC_RELAXED);
    return trust;
}
