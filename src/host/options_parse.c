/* SPDX-License-Identifier: MPL-2.0 */
/* The form of option strings and of the files they include: KEY=VALUE, separators, quotes. */
#include <errno.h>
#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/options.h"

#define INCLUDE_DEPTH 8
#define INCLUDE_BYTES ((size_t)64 << 10)
#define WORD_MAX      64

/* Where the parser is; the chain of include= files leads back to the string itself. */
struct reader {
    const char *at;
    const char *file; /* NULL: not in a file */
    unsigned line;
    unsigned depth;
    const struct reader *outer;
    dev_t dev;
    ino_t ino;
    struct zg_buf *error;
};

static bool is_separator(char c)
{
    return c == ':' || c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_separators(struct reader *r)
{
    for (;;) {
        if (r->file != NULL && *r->at == '#')
            r->at = strchrnul(r->at, '\n');
        if (!is_separator(*r->at))
            return;
        r->line += *r->at == '\n';
        r->at++;
    }
}

static int read_key(struct reader *r, struct zg_buf *key)
{
    while (*r->at != '=' && *r->at != '\0' && !is_separator(*r->at))
        zg_buf_char(key, *r->at++);
    if (*r->at == '=' && key->len > 0) {
        r->at++;
        return 0;
    }
    zg_buf_format(r->error,
                  "\"%S\" is not of the form KEY=VALUE (quote a value that contains "
                  "':', ',' or a space)",
                  key->text);
    return -ZG_EINVAL;
}

static int read_value(struct reader *r, const char *key, struct zg_buf *value)
{
    char quote = '\0';

    for (; *r->at != '\0' && (quote != '\0' || !is_separator(*r->at)); r->at++) {
        if (quote == '\0' && (*r->at == '\'' || *r->at == '"')) {
            quote = *r->at;
        } else if (*r->at == quote && quote != '\0') {
            quote = '\0';
        } else {
            r->line += *r->at == '\n';
            zg_buf_char(value, *r->at);
        }
    }
    if (quote != '\0') {
        zg_buf_format(r->error, "%S: the value's quote %c is not closed", key, quote);
        return -ZG_EINVAL;
    }
    if (value->cut) {
        zg_buf_format(r->error, "%S: the value is longer than %u bytes", key,
                      ZG_OPTION_TEXT_MAX - 1);
        return -ZG_EINVAL;
    }
    return 0;
}

static int include(struct zg_options *o, const struct reader *outer, const char *path);

static int apply(struct zg_options *o, const struct reader *r, const char *key, const char *value)
{
    if (zg_str_equal(key, "include"))
        return include(o, r, value);
    return zg_options_set(o, key, value, r->error);
}

/* One KEY=VALUE; a failure inside a file is said to be there. */
static int parse_one(struct zg_options *o, struct reader *r)
{
    ZG_BUF(key, WORD_MAX);
    ZG_BUF(value, ZG_OPTION_TEXT_MAX);
    size_t before = r->error->len;

    if (r->file != NULL)
        zg_buf_format(r->error, "%S:%u: ", r->file, r->line);
    if (read_key(r, &key) < 0 || read_value(r, key.text, &value) < 0 ||
        apply(o, r, key.text, value.text) < 0)
        return -ZG_EINVAL;
    r->error->len = before;
    r->error->text[before] = '\0';
    return 0;
}

static int parse(struct zg_options *o, struct reader *r)
{
    for (skip_separators(r); *r->at != '\0'; skip_separators(r)) {
        if (parse_one(o, r) < 0)
            return -ZG_EINVAL;
    }
    return 0;
}

int zg_options_parse(struct zg_options *o, const char *text, struct zg_buf *error)
{
    struct reader r = {.at = text, .line = 1, .error = error};

    return parse(o, &r);
}

/* Fills buf with the file's text; r then knows which file it is. NULL, or what is wrong. */
static const char *load(int fd, struct reader *r, char *buf)
{
    struct stat st;
    size_t len = 0;

    if (zg_sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return "not a regular file";
    r->dev = st.st_dev;
    r->ino = st.st_ino;
    for (const struct reader *o = r->outer; o != NULL; o = o->outer) {
        if (o->file != NULL && o->dev == st.st_dev && o->ino == st.st_ino)
            return "the file includes itself";
    }
    while (len < INCLUDE_BYTES) {
        long n = zg_sys_read(fd, buf + len, INCLUDE_BYTES - len);

        if (n < 0)
            return "cannot be read";
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len == INCLUDE_BYTES)
        return "longer than 64 KiB";
    if (strlen(buf) != len)
        return "not a text file";
    return NULL;
}

static int include(struct zg_options *o, const struct reader *outer, const char *path)
{
    struct reader r = {
        .file = path,
        .line = 1,
        .depth = outer->depth + 1,
        .outer = outer,
        .error = outer->error,
    };
    char *buf;
    const char *wrong = "too many include= in one another";
    int fd;
    int rc = -ZG_EINVAL;

    if (r.depth > INCLUDE_DEPTH)
        goto said;
    wrong = "no memory to read it";
    buf = zg_sys_map(INCLUDE_BYTES);
    if (buf == NULL)
        goto said;
    r.at = buf;
    fd = zg_sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    wrong = fd == -ENOENT ? "no such file" : "cannot be opened";
    if (fd >= 0) {
        wrong = load(fd, &r, buf);
        zg_sys_close(fd);
    }
    if (wrong == NULL)
        rc = parse(o, &r);
    zg_sys_unmap(buf, INCLUDE_BYTES);
said:
    if (wrong != NULL)
        zg_buf_format(outer->error, "include=%S: %s", path, wrong);
    return rc;
}
