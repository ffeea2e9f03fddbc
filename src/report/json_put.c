/* SPDX-License-Identifier: MPL-2.0 */
/* Writing JSON. */
#include "report/json_put.h"

static void begin(struct zg_json *j, const char *key)
{
    if (j->comma)
        zg_buf_char(j->out, ',');
    if (key != NULL)
        zg_buf_format(j->out, "\"%s\":", key);
    j->comma = true;
}

void zg_json_open(struct zg_json *j, const char *key, char bracket)
{
    begin(j, key);
    zg_buf_char(j->out, bracket);
    j->comma = false;
}

void zg_json_close(struct zg_json *j, char bracket)
{
    zg_buf_char(j->out, bracket);
    j->comma = true;
}

static void put_char(struct zg_buf *out, char c)
{
    if (c == '"' || c == '\\')
        zg_buf_char(out, '\\');
    zg_buf_char(out, c);
}

void zg_json_text(struct zg_json *j, const char *key, const char *raw)
{
    ZG_BUF(piece, 8);

    begin(j, key);
    zg_buf_char(j->out, '"');
    for (; *raw != '\0'; raw++) {
        piece = zg_buf_on(piece_text, sizeof(piece_text));
        zg_buf_escaped_bytes(&piece, raw, 1);
        for (size_t i = 0; i < piece.len; i++)
            put_char(j->out, piece.text[i]);
    }
    zg_buf_char(j->out, '"');
}

void zg_json_escaped(struct zg_json *j, const char *key, const char *text)
{
    begin(j, key);
    zg_buf_char(j->out, '"');
    for (; *text != '\0'; text++) {
        /* Whoever escaped it left only printable ASCII; a record stays valid if not. */
        if (*text < ' ' || *text > '~')
            zg_buf_char(j->out, '?');
        else
            put_char(j->out, *text);
    }
    zg_buf_char(j->out, '"');
}

void zg_json_number(struct zg_json *j, const char *key, uint64_t v)
{
    begin(j, key);
    zg_buf_dec(j->out, v);
}

void zg_json_known(struct zg_json *j, const char *key, uint64_t v, uint64_t unknown)
{
    if (v != unknown)
        zg_json_number(j, key, v);
}

void zg_json_flag(struct zg_json *j, const char *key, bool v)
{
    begin(j, key);
    zg_buf_str(j->out, v ? "true" : "false");
}

void zg_json_hex(struct zg_json *j, const char *key, uint64_t v)
{
    begin(j, key);
    zg_buf_format(j->out, "\"0x%lx\"", v);
}

void zg_json_octal(struct zg_json *j, const char *key, uint64_t v)
{
    begin(j, key);
    zg_buf_format(j->out, "\"%04lo\"", v);
}
