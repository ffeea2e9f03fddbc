/* SPDX-License-Identifier: MPL-2.0 */
/* Text in buffers of fixed size: formatting, comparing, searching, hashing. */
#include "base/str.h"

#include <stdarg.h>

void zg_buf_char(struct zg_buf *b, char c)
{
    if (b->len + 1 >= b->cap) {
        b->cut = true;
        return;
    }
    b->text[b->len++] = c;
    b->text[b->len] = '\0';
}

void zg_buf_bytes(struct zg_buf *b, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        zg_buf_char(b, p[i]);
}

void zg_buf_str(struct zg_buf *b, const char *s)
{
    if (s == NULL)
        s = "(null)";
    zg_buf_bytes(b, s, strlen(s));
}

void zg_buf_escaped_bytes(struct zg_buf *b, const char *s, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c >= 0x20 && c <= 0x7e && c != '\\') {
            zg_buf_char(b, (char)c);
            continue;
        }
        zg_buf_str(b, "\\x");
        zg_buf_char(b, digits[c >> 4]);
        zg_buf_char(b, digits[c & 15]);
    }
}

void zg_buf_escaped(struct zg_buf *b, const char *s)
{
    if (s == NULL)
        zg_buf_str(b, "(null)");
    else
        zg_buf_escaped_bytes(b, s, strlen(s));
}

struct number {
    unsigned base;
    int width;
    char pad;
    bool minus;
};

static void put_number(struct zg_buf *b, uint64_t v, const struct number *form)
{
    static const char digits[] = "0123456789abcdef";
    char text[66];
    int n = 0;

    do {
        text[n++] = digits[v % form->base];
        v /= form->base;
    } while (v != 0);
    if (form->minus && form->pad == '0')
        zg_buf_char(b, '-');
    for (int i = n + form->minus; i < form->width; i++)
        zg_buf_char(b, form->pad);
    if (form->minus && form->pad != '0')
        zg_buf_char(b, '-');
    while (n > 0)
        zg_buf_char(b, text[--n]);
}

void zg_buf_dec(struct zg_buf *b, uint64_t v)
{
    put_number(b, v, &(struct number){.base = 10});
}

void zg_buf_hex(struct zg_buf *b, uint64_t v)
{
    put_number(b, v, &(struct number){.base = 16});
}

void zg_buf_oct(struct zg_buf *b, uint64_t v)
{
    zg_buf_char(b, '0');
    put_number(b, v, &(struct number){.base = 8});
}

struct spec {
    struct number form;
    int precision; /* -1 none */
    bool is_long;
};

static const char *parse_spec(const char *p, struct spec *spec, va_list *args)
{
    *spec = (struct spec){.form = {.base = 10, .pad = ' '}, .precision = -1};
    if (*p == '0') {
        spec->form.pad = '0';
        p++;
    }
    while (*p >= '0' && *p <= '9')
        spec->form.width = spec->form.width * 10 + (*p++ - '0');
    if (*p == '.') {
        p++;
        spec->precision = 0;
        if (*p == '*') {
            spec->precision = va_arg(*args, int);
            p++;
        }
        while (*p >= '0' && *p <= '9')
            spec->precision = spec->precision * 10 + (*p++ - '0');
    }
    for (; *p == 'l' || *p == 'z' || *p == 'j' || *p == 'h'; p++)
        spec->is_long = spec->is_long || *p != 'h';
    return p;
}

static void put_signed(struct zg_buf *b, struct spec *spec, int64_t v)
{
    spec->form.minus = v < 0;
    put_number(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, &spec->form);
}

static void put_string(struct zg_buf *b, const struct spec *spec, const char *s, bool escape)
{
    size_t n;

    if (s == NULL)
        s = "(null)";
    n = spec->precision >= 0 ? strnlen(s, (size_t)spec->precision) : strlen(s);
    if (escape)
        zg_buf_escaped_bytes(b, s, n);
    else
        zg_buf_bytes(b, s, n);
    for (size_t i = n; i < (size_t)spec->form.width; i++)
        zg_buf_char(b, ' ');
}

static void put_unsigned(struct zg_buf *b, struct spec *spec, char conversion, va_list *args)
{
    uint64_t v = spec->is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);

    spec->form.base = conversion == 'x' ? 16 : conversion == 'o' ? 8 : 10;
    put_number(b, v, &spec->form);
}

static void put_conversion(struct zg_buf *b, struct spec *spec, char conversion, va_list *args)
{
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(b, spec, spec->is_long ? va_arg(*args, int64_t) : va_arg(*args, int));
        break;
    case 'u':
    case 'x':
    case 'o':
        put_unsigned(b, spec, conversion, args);
        break;
    case 'p':
        zg_buf_str(b, "0x");
        zg_buf_hex(b, (uint64_t)(uintptr_t)va_arg(*args, void *));
        break;
    case 'c':
        zg_buf_char(b, (char)va_arg(*args, int));
        break;
    case 's':
    case 'S':
        put_string(b, spec, va_arg(*args, const char *), conversion == 'S');
        break;
    default:
        zg_buf_char(b, conversion);
    }
}

void zg_buf_vformat(struct zg_buf *b, const char *format, va_list args)
{
    va_list copy;
    struct spec spec;

    va_copy(copy, args);
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%') {
            zg_buf_char(b, *p);
            continue;
        }
        p = parse_spec(p + 1, &spec, &copy);
        if (*p == '\0')
            break;
        put_conversion(b, &spec, *p, &copy);
    }
    va_end(copy);
}

void zg_buf_format(struct zg_buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    zg_buf_vformat(b, format, args);
    va_end(args);
}

size_t zg_format(char *out, size_t cap, const char *format, ...)
{
    struct zg_buf b = zg_buf_on(out, cap);
    va_list args;

    va_start(args, format);
    zg_buf_vformat(&b, format, args);
    va_end(args);
    return b.len;
}

size_t zg_str_copy(char *out, size_t cap, const char *s)
{
    struct zg_buf b = zg_buf_on(out, cap);

    zg_buf_str(&b, s);
    return b.len;
}

/* Not strcmp() and strncmp(): a sanitizer's runtime stands in front of them, and while it starts it
 * calls dlsym(), that is us, before it can serve them (test/cli/tools.sh). */
bool zg_str_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool zg_str_starts(const char *s, const char *prefix)
{
    while (*prefix != '\0' && *s == *prefix) {
        s++;
        prefix++;
    }
    return *prefix == '\0';
}

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 99;
}

static unsigned base_of(const char **s, size_t *n)
{
    if (*n > 2 && (*s)[0] == '0' && ((*s)[1] == 'x' || (*s)[1] == 'X')) {
        *s += 2;
        *n -= 2;
        return 16;
    }
    return *n > 1 && (*s)[0] == '0' ? 8 : 10;
}

int zg_str_number(const char *s, size_t n, unsigned base, uint64_t *value)
{
    uint64_t v = 0;

    if (base == 0)
        base = base_of(&s, &n);
    if (n == 0)
        return -ZG_EINVAL;
    for (size_t i = 0; i < n; i++) {
        unsigned d = digit(s[i]);

        if (d >= base || v > (UINT64_MAX - d) / base)
            return -ZG_EINVAL;
        v = v * base + d;
    }
    *value = v;
    return 0;
}

const char *zg_str_last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

uint64_t zg_hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3U;
    return hash;
}

uint64_t zg_hash_text(uint64_t hash, const char *s)
{
    return zg_hash_bytes(hash, s, strlen(s));
}

unsigned zg_str_distance(const char *a, const char *b)
{
    uint8_t row[65];
    size_t n = strnlen(b, 63);

    for (size_t j = 0; j <= n; j++)
        row[j] = (uint8_t)j;
    for (size_t i = 0; i < 63 && a[i] != '\0'; i++) {
        uint8_t diagonal = row[0];

        row[0] = (uint8_t)(i + 1);
        for (size_t j = 1; j <= n; j++) {
            uint8_t above = row[j];
            uint8_t best = (uint8_t)(diagonal + (a[i] != b[j - 1]));

            if (above + 1 < best)
                best = (uint8_t)(above + 1);
            if (row[j - 1] + 1 < best)
                best = (uint8_t)(row[j - 1] + 1);
            diagonal = above;
            row[j] = best;
        }
    }
    return row[n];
}

/* Does pattern[0..n), in which * stands for any text, match the whole text? Goes back to the last *
 * that was met when a character differs. */
static bool glob(const char *pattern, size_t n, const char *text)
{
    size_t p = 0;
    size_t star = SIZE_MAX;
    const char *resume = NULL;

    while (*text != '\0') {
        if (p < n && pattern[p] == '*') {
            star = p++;
            resume = text;
        } else if (p < n && pattern[p] == *text) {
            p++;
            text++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (p < n && pattern[p] == '*')
        p++;
    return p == n;
}

bool zg_str_matches(const char *pattern, const char *text)
{
    char whole[514];
    struct zg_buf b = zg_buf_on(whole, sizeof(whole));
    size_t n = strlen(pattern);

    if (pattern[0] == '^') {
        pattern++;
        n--;
    } else {
        zg_buf_char(&b, '*');
    }
    if (n > 0 && pattern[n - 1] == '$')
        zg_buf_bytes(&b, pattern, n - 1);
    else {
        zg_buf_bytes(&b, pattern, n);
        zg_buf_char(&b, '*');
    }
    return !b.cut && glob(whole, b.len, text);
}
