/* SPDX-License-Identifier: MPL-2.0 */
/* Complaints and memory of the command. */
#include "cli/cli.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

ZG_PRINTF(1, 0) static void complain(const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        return;
    fprintf(stderr, "zmqguard: %s\n", text);
    free(text);
}

void zg_cli_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
}

void zg_cli_usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(format, args);
    va_end(args);
    exit(ZG_CLI_USAGE);
}

static void *checked(void *p)
{
    if (p == NULL) {
        zg_cli_say("out of memory");
        exit(ZG_CLI_USAGE);
    }
    return p;
}

void *zg_cli_alloc(size_t size)
{
    return checked(calloc(1, size));
}

void *zg_cli_grow(void *p, size_t count, size_t size)
{
    return checked(reallocarray(p, count, size));
}

char *zg_cli_copy(const char *s)
{
    return s == NULL ? NULL : checked(strdup(s));
}

char *zg_cli_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int n;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    return checked(n < 0 ? NULL : text);
}

bool zg_cli_is_control(const char *p)
{
    unsigned char c = (unsigned char)p[0];

    return c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

bool zg_cli_is_printable(const char *text)
{
    json_t *as_json = json_string(text); /* NULL when it is not UTF-8 */
    bool is_printable = as_json != NULL;

    for (; *text != '\0'; text++)
        is_printable &= !zg_cli_is_control(text);
    json_decref(as_json);
    return is_printable;
}

char *zg_cli_printable(const char *name)
{
    size_t cap = 4 * strlen(name) + 1;
    char *text = zg_cli_alloc(cap);
    struct zg_buf b = zg_buf_on(text, cap);

    if (zg_cli_is_printable(name))
        zg_buf_str(&b, name);
    else
        zg_buf_escaped(&b, name);
    return text;
}

const char *zg_cli_value(const char *arg, const char *name)
{
    size_t n = strlen(name);

    if (strncmp(arg, "--", 2) != 0 || strncmp(arg + 2, name, n) != 0 || arg[2 + n] != '=')
        return NULL;
    return arg + 3 + n;
}
