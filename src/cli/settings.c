/* SPDX-License-Identifier: MPL-2.0 */
/* Checks --key=value with the guard's own parser and quotes it for ZMQGUARD_OPTIONS. */
#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "host/options.h"

/* Written out: the enumerations of report/kinds.def are not part of the record format. */
enum { OFF, WARNING, ERROR };

static const struct zg_option_kind kinds[] = {
#define ZG_KIND(symbol, name, severity, family, rule, fix) {name, severity},
#include "report/kinds.def"
#undef ZG_KIND
};

/* Several kilobytes, and only ever one at a time. */
static struct zg_options parsed;

static void check(const char *text, const char *where)
{
    ZG_BUF(error, 1024);

    zg_options_defaults(&parsed, kinds, ZG_COUNT(kinds));
    if (zg_options_parse(&parsed, text, &error) != 0)
        zg_cli_usage("%s%s", where, error_text);
}

static void append(struct zg_settings *s, const char *text)
{
    char *longer = zg_cli_format("%s:%s", s->text, text);

    free(s->text);
    s->text = longer;
}

void zg_settings_init(struct zg_settings *s, const char *inherited)
{
    s->text = zg_cli_copy("summary=1");
    if (inherited == NULL || inherited[0] == '\0')
        return;
    check(inherited, "ZMQGUARD_OPTIONS: ");
    append(s, inherited);
}

/* A file for the guard to read is meant from here, whatever directory a child starts in. */
static char *whole(const char *option)
{
    static const char *const files[] = {"include=", "suppressions="};
    char *directory;
    char *result;

    for (size_t i = 0; i < ZG_COUNT(files); i++) {
        size_t n = strlen(files[i]);

        if (strncmp(option, files[i], n) != 0 || option[n] == '/' || option[n] == '\0')
            continue;
        directory = getcwd(NULL, 0);
        if (directory == NULL)
            break;
        result = zg_cli_format("%s%s/%s", files[i], directory, option + n);
        free(directory);
        return result;
    }
    return zg_cli_copy(option);
}

static bool is_known(const char *name)
{
    static const char *const names[] = {
#define ZG_OPTION_ENUM(name, def, choices, text)  #name,
#define ZG_OPTION_UINT(name, def, min, max, text) #name,
#define ZG_OPTION_OCTAL(name, def, max, text)     #name,
#define ZG_OPTION_HOLD(name, def, max, text)      #name,
#define ZG_OPTION_TEXT(name, def, text)           #name,
#include "host/options.def"
#undef ZG_OPTION_ENUM
#undef ZG_OPTION_UINT
#undef ZG_OPTION_OCTAL
#undef ZG_OPTION_HOLD
#undef ZG_OPTION_TEXT
        "include",
        "help"
    };

    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    for (size_t i = 0; i < ZG_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return true;
    return false;
}

void zg_settings_add(struct zg_settings *s, const char *given)
{
    char *option = whole(given);
    const char *value = strchr(option, '=');
    char *quoted, quote = '"';

    if (value == NULL) {
        char *empty = zg_cli_format("%s=x", option);

        if (!is_known(option))
            check(empty, ""); /* says which name may be meant */
        zg_cli_usage("--%s takes its value behind '=': --%s=VALUE", option, option);
    }
    if (strchr(value, '"') != NULL)
        quote = '\'';
    if (quote == '\'' && strchr(value, '\'') != NULL)
        zg_cli_usage("--%s: a value cannot have both kinds of quotes", option);
    if (value[1 + strcspn(value + 1, ":, \t\n\"'")] == '\0')
        quoted = zg_cli_copy(option);
    else
        quoted =
            zg_cli_format("%.*s=%c%s%c", (int)(value - option), option, quote, value + 1, quote);
    check(quoted, "");
    append(s, quoted);
    free(quoted);
    free(option);
}

const struct zg_options *zg_settings_options(const struct zg_settings *s)
{
    check(s->text, "");
    return &parsed;
}

void zg_settings_help(const struct zg_settings *s)
{
    static char text[64 * 1024];
    struct zg_buf out = zg_buf_on(text, sizeof(text));

    check(s->text, "");
    zg_options_help(&parsed, &out);
    fputs(text, stdout);
}

void zg_settings_free(struct zg_settings *s)
{
    free(s->text);
    s->text = NULL;
}
