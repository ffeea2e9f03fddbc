/* SPDX-License-Identifier: MPL-2.0 */
/* Suppressions: reading the file and matching a report. */
#include "report/suppress.h"

#include <errno.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "report/chain.h"

#define PATTERN_MAX 500 /* zg_str_matches() takes no longer ones */

static struct {
    char file[1024];
    char *text;
    struct zg_suppression *entries;
    uint32_t count;
    uint32_t today; /* YYYYMMDD, UTC */
} all;

static int parse_date(const char *s, uint32_t *date)
{
    uint64_t year, month, day;

    if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' || zg_str_number(s, 4, 10, &year) < 0 ||
        zg_str_number(s + 5, 2, 10, &month) < 0 || zg_str_number(s + 8, 2, 10, &day) < 0 ||
        year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return -ZG_EINVAL;
    *date = (uint32_t)(year * 10000 + month * 100 + day);
    return 0;
}

static void trim_end(char *s)
{
    size_t n = strlen(s);

    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
        s[--n] = '\0';
}

/* From the line's start or behind a blank: '#' stands in names as well ({closure#0}). */
static void cut_comment(char *line)
{
    for (char *p = line; *p != '\0'; p++) {
        if (*p == '#' && (p == line || p[-1] == ' ' || p[-1] == '\t')) {
            *p = '\0';
            return;
        }
    }
}

/* The last word of a line when it has the form KEY=VALUE: an attribute, never part of a pattern. */
static char *attribute_of(char *line)
{
    char *word = strrchr(line, ' '), *tab = strrchr(line, '\t');
    size_t n;

    word = word == NULL || (tab != NULL && tab > word) ? tab : word;
    if (word == NULL)
        return NULL;
    n = strspn(word + 1, "abcdefghijklmnopqrstuvwxyz_");
    return n > 0 && word[1 + n] == '=' ? word : NULL;
}

/* Cuts "expires=DATE" off the pattern. */
static int take_expiry(char *pattern, struct zg_suppression *e, struct zg_buf *error)
{
    char *at = attribute_of(pattern);

    if (at == NULL)
        return 0;
    *at++ = '\0';
    trim_end(pattern);
    if (!zg_str_starts(at, "expires=")) {
        zg_buf_format(error, "unknown attribute \"%S\"; there is expires=YYYY-MM-DD", at);
        return -ZG_EINVAL;
    }
    if (parse_date(at + 8, &e->expires) < 0) {
        zg_buf_format(error, "expires=%S: not a date of the form YYYY-MM-DD", at + 8);
        return -ZG_EINVAL;
    }
    e->expired = e->expires < all.today;
    return 0;
}

static bool has_good_length(const char *pattern)
{
    return pattern[0] != '\0' && strlen(pattern) <= PATTERN_MAX;
}

/* Cuts " with PATTERN" off the first pattern. */
static void take_other(char *pattern, struct zg_suppression *e)
{
    char *at = strstr(pattern, ZG_SUPPRESS_WITH);

    if (at == NULL)
        return;
    *at = '\0';
    trim_end(pattern);
    at += strlen(ZG_SUPPRESS_WITH);
    e->other = at + strspn(at, " \t");
}

static int take_kind(const char *name, struct zg_suppression *e, struct zg_buf *error)
{
    unsigned best = 255;
    uint32_t nearest = 0;

    e->kind = ZG_KIND_COUNT;
    if (zg_str_equal(name, "*"))
        return 0;
    for (uint32_t i = 0; i < ZG_KIND_COUNT; i++) {
        unsigned distance = zg_str_distance(name, zg_kinds[i].name);

        if (distance == 0) {
            e->kind = i;
            return 0;
        }
        if (distance < best) {
            best = distance;
            nearest = i;
        }
    }
    zg_buf_format(error, "unknown kind \"%S\"", name);
    if (best <= 1 + strlen(zg_kinds[nearest].name) / 3)
        zg_buf_format(error, "; did you mean \"%s\"?", zg_kinds[nearest].name);
    return -ZG_EINVAL;
}

static int take_line(char *line, struct zg_suppression *e, struct zg_buf *error)
{
    char *colon = strchr(line, ':');

    if (colon == NULL || colon == line || colon[1] == '\0') {
        zg_buf_format(error, "\"%S\" is not of the form KIND:PATTERN", line);
        return -ZG_EINVAL;
    }
    *colon = '\0';
    e->pattern = colon + 1 + strspn(colon + 1, " \t");
    if (take_kind(line, e, error) < 0 || take_expiry(colon + 1, e, error) < 0)
        return -ZG_EINVAL;
    take_other(colon + 1, e);
    if (!has_good_length(e->pattern) || (e->other != NULL && !has_good_length(e->other))) {
        zg_buf_format(error, "the pattern must have 1 to %u bytes", PATTERN_MAX);
        return -ZG_EINVAL;
    }
    return 0;
}

static int take_entry(char *text, uint32_t line, struct zg_buf *error)
{
    size_t start = error->len;

    if (all.count == ZG_SUPPRESSIONS) {
        zg_buf_format(error, "%S: more than %u entries", all.file, ZG_SUPPRESSIONS);
        return -ZG_EINVAL;
    }
    zg_buf_format(error, "%S:%u: ", all.file, line);
    all.entries[all.count] = (struct zg_suppression){.line = line};
    if (take_line(text, &all.entries[all.count], error) < 0)
        return -ZG_EINVAL;
    error->len = start;
    error->text[start] = '\0';
    all.count++;
    return 0;
}

static int take_text(char *text, struct zg_buf *error)
{
    for (uint32_t line = 1; *text != '\0'; line++) {
        char *end = strchrnul(text, '\n');
        char *next = *end == '\n' ? end + 1 : end;

        *end = '\0';
        text += strspn(text, " \t");
        cut_comment(text);
        trim_end(text);
        if (*text != '\0' && take_entry(text, line, error) < 0)
            return -ZG_EINVAL;
        text = next;
    }
    return 0;
}

/* The whole file, NUL-terminated, into all.text. NULL, or what is wrong. */
static const char *read_text(const char *path)
{
    struct stat st;
    size_t len = 0;
    long n = 1;
    int fd = zg_sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd < 0)
        return fd == -ENOENT ? "no such file" : "cannot be opened";
    if (zg_sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        zg_sys_close(fd);
        return "not a regular file";
    }
    while (n > 0 && len < ZG_SUPPRESSION_BYTES) {
        n = zg_sys_read(fd, all.text + len, ZG_SUPPRESSION_BYTES - len);
        len += n > 0 ? (size_t)n : 0;
    }
    zg_sys_close(fd);
    if (n < 0)
        return "cannot be read";
    if (len == ZG_SUPPRESSION_BYTES)
        return "longer than 256 KiB";
    all.text[len] = '\0';
    return strlen(all.text) == len ? NULL : "not a text file";
}

int zg_suppress_load(const char *path, struct zg_buf *error)
{
    const char *wrong = "no memory to read it";

    all.count = 0;
    all.today = zg_sys_date_of(zg_sys_wall() / 1000000000);
    (void)zg_str_copy(all.file, sizeof(all.file), path);
    if (all.text == NULL)
        all.text = zg_sys_map(ZG_SUPPRESSION_BYTES);
    if (all.entries == NULL)
        all.entries = zg_arena_alloc(ZG_SUPPRESSIONS * sizeof(all.entries[0]));
    if (all.text != NULL && all.entries != NULL)
        wrong = read_text(path);
    if (wrong == NULL)
        return take_text(all.text, error);
    zg_buf_format(error, "suppressions=%S: %s", path, wrong);
    return -ZG_EINVAL;
}

void zg_suppress_name(struct zg_buf *out, const char *written)
{
    for (const char *p = written; *p != '\0'; p++) {
        if (*p == '*')
            zg_buf_str(out, "\\x2a");
        else
            zg_buf_escaped_bytes(out, p, 1);
    }
}

static bool matches(const char *pattern, const char *raw)
{
    static char escaped[8192]; /* guarded by the report lock */
    struct zg_buf b = zg_buf_on(escaped, sizeof(escaped));

    if (raw[0] == '\0')
        return false;
    zg_buf_escaped(&b, raw);
    return zg_str_matches(pattern, escaped);
}

static bool matches_place(const char *pattern, const struct zg_place *p)
{
    if (p->has_object && matches(pattern, p->object.path))
        return true;
    for (uint32_t i = 0; i < p->line_count; i++) {
        if (matches(pattern, p->lines[i].function) || matches(pattern, p->lines[i].file))
            return true;
    }
    return matches(pattern, p->symbol);
}

static bool matches_chain(const char *pattern, const struct zg_report *r, uint32_t event)
{
    static char chain[16384]; /* guarded by the report lock */

    for (int by_symbols = 0; by_symbols <= 1; by_symbols++) {
        struct zg_buf b = zg_buf_on(chain, sizeof(chain));

        if (zg_chain_put(r, event, by_symbols != 0, &b) && zg_str_matches(pattern, chain))
            return true;
    }
    return false;
}

static bool matches_use(const char *pattern, const struct zg_report *r, uint32_t event)
{
    if (r->traces == NULL || !zg_chain_is_use(r->finding->events[event].role))
        return false;
    for (uint32_t i = 0; i < r->traces->of[event].count; i++) {
        if (matches_place(pattern, zg_frames_at(r->traces, event, i)))
            return true;
    }
    return matches_chain(pattern, r, event);
}

/* The uses that the patterns match must be two. */
static bool matches_both(const struct zg_suppression *s, const struct zg_report *r)
{
    uint32_t n = r->finding->event_count;

    for (uint32_t a = 0; a < n; a++) {
        if (!matches_use(s->pattern, r, a))
            continue;
        for (uint32_t b = 0; b < n; b++) {
            if (b != a && matches_use(s->other, r, b))
                return true;
        }
    }
    return false;
}

static bool matches_name(const char *pattern, const char *written)
{
    static char text[2048]; /* guarded by the report lock */
    struct zg_buf b = zg_buf_on(text, sizeof(text));

    zg_suppress_name(&b, written);
    return b.len > 0 && zg_str_matches(pattern, text);
}

static bool matches_report(const struct zg_suppression *s, const struct zg_report *r)
{
    const struct zg_finding *f = r->finding;

    if (s->other != NULL)
        return matches_both(s, r);
    if (matches(s->pattern, f->endpoint.uri) || matches_name(s->pattern, f->endpoint.written))
        return true;
    for (uint32_t i = 0; i < f->object_count; i++) {
        if (matches(s->pattern, f->objects[i].endpoints))
            return true;
    }
    for (uint32_t e = 0; e < f->event_count; e++) {
        if (matches_use(s->pattern, r, e))
            return true;
    }
    return false;
}

int zg_suppress_match(struct zg_report *r)
{
    for (uint32_t i = 0; i < all.count; i++) {
        const struct zg_suppression *e = &all.entries[i];

        if ((e->kind != ZG_KIND_COUNT && e->kind != r->finding->kind) || !matches_report(e, r))
            continue;
        if (!e->expired)
            return (int)i;
        (void)zg_format(r->expired, sizeof(r->expired), "%S:%u, expires=%04u-%02u-%02u", all.file,
                        e->line, e->expires / 10000, e->expires / 100 % 100, e->expires % 100);
    }
    return -1;
}

void zg_suppress_hit(uint32_t entry)
{
    __atomic_add_fetch(&all.entries[entry].hits, 1, __ATOMIC_RELAXED);
}

void zg_suppress_after_fork(void)
{
    for (uint32_t i = 0; i < all.count; i++)
        all.entries[i].hits = 0;
}

const struct zg_suppression *zg_suppress_all(uint32_t *count)
{
    *count = all.count;
    return all.entries;
}

const char *zg_suppress_file(void)
{
    return all.file;
}
