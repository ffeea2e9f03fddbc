/* SPDX-License-Identifier: MPL-2.0 */
/* Bounded text: appending to a fixed buffer, escaping what came from outside, parsing numbers. */
#ifndef ZG_BASE_STR_H
#define ZG_BASE_STR_H

#include <string.h>

#include "base/compiler.h"

/* Text that grows in a buffer of the caller's and is always NUL-terminated. What does not fit is
 * cut off and remembered. */
struct zg_buf {
    char *text;
    size_t len; /* without the NUL */
    size_t cap; /* of text, at least 1 */
    bool cut;
};

ZG_INLINE struct zg_buf zg_buf_on(char *text, size_t cap)
{
    text[0] = '\0';
    return (struct zg_buf){.text = text, .cap = cap};
}
#define ZG_BUF(name, size)                                                                         \
    char name##_text[size];                                                                        \
    struct zg_buf name = zg_buf_on(name##_text, size)

/* Append; what does not fit is left out, and cut says so. */
void zg_buf_char(struct zg_buf *b, char c);
void zg_buf_bytes(struct zg_buf *b, const char *p, size_t n);
void zg_buf_str(struct zg_buf *b, const char *s); /* "(null)" for NULL */
/* s with every byte outside 0x20..0x7e and the backslash as \xHH. */
void zg_buf_escaped(struct zg_buf *b, const char *s);
void zg_buf_escaped_bytes(struct zg_buf *b, const char *s, size_t n);
void zg_buf_dec(struct zg_buf *b, uint64_t v);
void zg_buf_hex(struct zg_buf *b, uint64_t v); /* without 0x */
void zg_buf_oct(struct zg_buf *b, uint64_t v); /* with a leading 0 */

/* %s %d %i %u %x %p %c %o %% with l, ll, z, j and hh/h ignored, minimal width and 0 flag for
 * numbers, .N and .* for %s; %S is %s escaped. No floating point, no locale, no allocation;
 * async-signal-safe. */
void zg_buf_format(struct zg_buf *b, const char *format, ...);
void zg_buf_vformat(struct zg_buf *b, const char *format, __builtin_va_list args);
/* snprintf with the same formats: the length written, never more than cap - 1. */
size_t zg_format(char *out, size_t cap, const char *format, ...);
/* Copies s, cut to cap - 1 bytes. Returns the length written. */
size_t zg_str_copy(char *out, size_t cap, const char *s);

/* Neither may be NULL. */
bool zg_str_equal(const char *a, const char *b);
bool zg_str_starts(const char *s, const char *prefix);
/* Decimal, 0x hexadecimal or 0 octal (base 0), or of the given base; the whole of s[0..n). 0 or
 * -ZG_EINVAL. */
int zg_str_number(const char *s, size_t n, unsigned base, uint64_t *value);
/* What follows the last slash: "c" of "/a/b/c", "" of "/a/", all of "c". Points into path. */
const char *zg_str_last_component(const char *path);

/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). Begin with ZG_HASH_START; the
 * result goes into the next call when there is more. */
#define ZG_HASH_START ((uint64_t)0xcbf29ce484222325)
uint64_t zg_hash_bytes(uint64_t hash, const void *bytes, size_t n);
uint64_t zg_hash_text(uint64_t hash, const char *s);

/* Levenshtein distance, for "did you mean"; at most 255, strings longer than 63 bytes are cut. */
unsigned zg_str_distance(const char *a, const char *b);
/* Does text contain pattern? '*' matches anything, '^' and '$' anchor; without anchors the pattern
 * may match anywhere. Linear in the size of both (no backtracking beyond the last star). */
bool zg_str_matches(const char *pattern, const char *text);

#endif
