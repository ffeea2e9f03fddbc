/* SPDX-License-Identifier: MPL-2.0 */
/* Text in HTML. */
#include "cli/html.h"

static void put_char(FILE *out, char c)
{
    switch (c) {
    case '&':
        fputs("&amp;", out);
        break;
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\'':
        fputs("&#39;", out);
        break;
    default:
        fputc(c, out);
    }
}

void zg_html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        put_char(out, *text);
}

void zg_html_short(FILE *out, const char *text, size_t max)
{
    size_t n = 0;

    for (; *text != '\0' && n < max; text++) {
        put_char(out, *text);
        /* Continuation bytes of UTF-8 are no characters of their own. */
        n += ((unsigned char)text[1] & 0xc0) != 0x80;
    }
    if (*text != '\0')
        fputs("\u2026", out);
}
