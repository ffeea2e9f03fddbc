/* SPDX-License-Identifier: MPL-2.0 */
/* Shortening by what a reader misses least. */
#include "report/name.h"

#include "base/str.h"

/* Longer ones are cut before they are shortened. */
#define NAME_BYTES ((size_t)16384)

/* The length of "operator<" and its like at p, whose signs are no brackets. */
static size_t operator_at(const char *p)
{
    static const char *const signs[] = {"<<=", ">>=", "<=>", "->*", "<<", ">>",
                                        "<=",  ">=",  "->",  "()",  "<",  ">"};
    const char *sign = p + strlen("operator");

    if (!zg_str_starts(p, "operator"))
        return 0;
    for (size_t i = 0; i < ZG_COUNT(signs); i++) {
        if (zg_str_starts(sign, signs[i]))
            return strlen("operator") + strlen(signs[i]);
    }
    return 0;
}

void zg_name_collapse(struct zg_buf *out, const char *name, const char *brackets, const char *with)
{
    uint32_t depth = 0;

    for (const char *p = name; *p != '\0'; p++) {
        size_t n = operator_at(p);

        if (n > 0) {
            zg_buf_bytes(out, p, depth == 0 ? n : 0);
            p += n - 1;
            continue;
        }
        if (*p == brackets[1] && depth > 0 && p[-1] != '-' && --depth == 0)
            zg_buf_str(out, with);
        if (depth == 0)
            zg_buf_char(out, *p);
        depth += *p == brackets[0];
    }
    if (depth > 0) /* the name was cut */
        zg_buf_str(out, with);
}

void zg_name_put(struct zg_buf *out, const char *name, size_t max)
{
    /* Reports are written one at a time, under the report lock. */
    static char without_arguments[NAME_BYTES], without_parameters[NAME_BYTES];
    struct zg_buf shorter = zg_buf_on(without_arguments, sizeof(without_arguments));
    struct zg_buf shortest = zg_buf_on(without_parameters, sizeof(without_parameters));

    if (strlen(name) <= max) {
        zg_buf_str(out, name);
        return;
    }
    zg_name_collapse(&shorter, name, "<>", "...");
    zg_name_collapse(&shortest, shorter.text, "()", "...");
    if (shorter.len <= max) {
        zg_buf_str(out, shorter.text);
    } else if (shortest.len <= max) {
        zg_buf_str(out, shortest.text);
    } else {
        zg_buf_bytes(out, shortest.text, max / 2 - 2);
        zg_buf_str(out, "...");
        zg_buf_str(out, shortest.text + shortest.len - (max / 2 - 1));
    }
}
