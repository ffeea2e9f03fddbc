/* SPDX-License-Identifier: MPL-2.0 */
/* The options by name: defaults, values, help. All comes from options.def and the list of kinds. */
#include "host/options.h"

#include "base/str.h"

#define WORD_MAX 64

struct zg_options zg_options;

enum type { TYPE_ENUM, TYPE_UINT, TYPE_OCTAL, TYPE_HOLD, TYPE_TEXT };

struct option {
    const char *name;
    enum type type;
    size_t offset;
    uint32_t number; /* the default, of all but TYPE_TEXT */
    uint32_t min, max;
    const char *words; /* TYPE_ENUM: the choices; TYPE_TEXT: the default */
    const char *text;
};

#define AT(name) offsetof(struct zg_options, name)
#define ZG_OPTION_ENUM(name, def, choices, text)                                                   \
    {#name, TYPE_ENUM, AT(name), def, 0, 0, choices, text},
#define ZG_OPTION_UINT(name, def, min, max, text)                                                  \
    {#name, TYPE_UINT, AT(name), def, min, max, NULL, text},
#define ZG_OPTION_OCTAL(name, def, max, text)                                                      \
    {#name, TYPE_OCTAL, AT(name), def, 0, max, NULL, text},
#define ZG_OPTION_HOLD(name, def, max, text)                                                       \
    {#name, TYPE_HOLD, AT(name), def, 1, max, "auto|off", text},
#define ZG_OPTION_TEXT(name, def, text) {#name, TYPE_TEXT, AT(name), 0, 0, 0, def, text},
static const struct option options[] = {
#include "host/options.def"
};
#undef ZG_OPTION_ENUM
#undef ZG_OPTION_UINT
#undef ZG_OPTION_OCTAL
#undef ZG_OPTION_HOLD
#undef ZG_OPTION_TEXT

static const char severities[] = "off|warning|error"; /* by number */

/* Set by zg_options_defaults(), before there is a second thread. */
static const struct zg_option_kind *kinds;
static size_t kind_count;

static uint32_t *number_of(struct zg_options *o, const struct option *option)
{
    return (uint32_t *)(void *)((char *)o + option->offset);
}

static char *text_of(struct zg_options *o, const struct option *option)
{
    return (char *)o + option->offset;
}

void zg_options_defaults(struct zg_options *o, const struct zg_option_kind *list, size_t count)
{
    memset(o, 0, sizeof(*o));
    for (size_t i = 0; i < ZG_COUNT(options); i++) {
        if (options[i].type == TYPE_TEXT)
            zg_str_copy(text_of(o, &options[i]), ZG_OPTION_TEXT_MAX, options[i].words);
        else
            *number_of(o, &options[i]) = options[i].number;
    }
    kinds = list;
    kind_count = count < ZG_OPTION_KINDS_MAX ? count : ZG_OPTION_KINDS_MAX;
    for (size_t i = 0; i < kind_count; i++)
        o->severity[i] = kinds[i].severity;
}

/* The n-th word of "a|b|c" into out; false when there is none. */
static bool word_at(const char *words, size_t n, char *out, size_t cap)
{
    const char *end;

    for (; n > 0; n--) {
        words = strchr(words, '|');
        if (words == NULL)
            return false;
        words++;
    }
    end = strchrnul(words, '|');
    zg_format(out, cap, "%.*s", (int)(end - words), words);
    return true;
}

/* "Did you mean": the word with the smallest distance, when it is near enough to be meant. */
struct nearest {
    const char *wanted;
    unsigned distance;
    char best[WORD_MAX];
};

/* Words have small letters alone. Of one letter nothing is left when one is wrong. */
static void consider(struct nearest *n, const char *word)
{
    char wanted[WORD_MAX];
    size_t len = strlen(word);
    unsigned distance;

    zg_str_copy(wanted, sizeof(wanted), n->wanted);
    for (char *p = wanted; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    distance = zg_str_distance(wanted, word);
    if (distance < n->distance && distance < len && distance <= 1 + len / 3) {
        n->distance = distance;
        zg_str_copy(n->best, sizeof(n->best), word);
    }
}

static void consider_words(struct nearest *n, const char *words)
{
    char word[WORD_MAX];

    for (size_t i = 0; word_at(words, i, word, sizeof(word)); i++)
        consider(n, word);
}

static void did_you_mean(const struct nearest *n, struct zg_buf *error)
{
    if (n->best[0] != '\0')
        zg_buf_format(error, "; did you mean \"%s\"?", n->best);
}

static int unknown_key(const char *key, struct zg_buf *error)
{
    struct nearest near = {.wanted = key, .distance = 255};

    for (size_t i = 0; i < ZG_COUNT(options); i++)
        consider(&near, options[i].name);
    for (size_t i = 0; i < kind_count; i++)
        consider(&near, kinds[i].name);
    consider_words(&near, "help|include");
    zg_buf_format(error, "unknown option \"%S\"", key);
    did_you_mean(&near, error);
    if (near.best[0] == '\0')
        zg_buf_str(error, " (help=1 lists all)");
    return -ZG_EINVAL;
}

static bool is_switch(const char *words)
{
    return zg_str_equal(words, "0|1");
}

/* Which of "a|b|c" the value is, or -ZG_EINVAL. */
static int index_of(const char *words, const char *value)
{
    char word[WORD_MAX];

    for (uint32_t i = 0; word_at(words, i, word, sizeof(word)); i++) {
        if (zg_str_equal(word, value))
            return (int)i;
    }
    return -ZG_EINVAL;
}

static int set_word(uint32_t *slot, const char *key, const char *words, const char *value,
                    struct zg_buf *error)
{
    struct nearest near = {.wanted = value, .distance = 255};
    int i = index_of(words, value);

    if (i < 0 && is_switch(words) && index_of("no|false|off", value) >= 0)
        i = 0;
    if (i < 0 && is_switch(words) && index_of("yes|true|on", value) >= 0)
        i = 1;
    if (i >= 0) {
        *slot = (uint32_t)i;
        return 0;
    }
    consider_words(&near, words);
    zg_buf_format(error, "%s=%S: not one of %s", key, value, words);
    did_you_mean(&near, error);
    return -ZG_EINVAL;
}

/* Walks "1000,1003-1005": 1 when id is in it, 0 when not, -ZG_EINVAL for another form. */
static int id_in_list(const char *list, uint64_t id)
{
    int found = 0;

    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        size_t first = strcspn(list, ",-");
        uint64_t low, high;

        if (zg_str_number(list, first, 10, &low) < 0)
            return -ZG_EINVAL;
        high = low;
        if (first < n && zg_str_number(list + first + 1, n - first - 1, 10, &high) < 0)
            return -ZG_EINVAL;
        if (high < low || high > UINT32_MAX)
            return -ZG_EINVAL;
        if (id >= low && id <= high)
            found = 1;
        list += n;
        if (*list == ',' && *++list == '\0')
            return -ZG_EINVAL;
    }
    return found;
}

bool zg_options_id_listed(const char *list, uint32_t id)
{
    return id_in_list(list, id) == 1;
}

static int set_text(struct zg_options *o, const struct option *option, const char *value,
                    struct zg_buf *error)
{
    bool is_list =
        zg_str_equal(option->name, "trusted_uids") || zg_str_equal(option->name, "trusted_gids");

    if (is_list && id_in_list(value, 0) < 0) {
        zg_buf_format(error, "%s=%S: not a list of numbers such as '1000,1003-1005'", option->name,
                      value);
        return -ZG_EINVAL;
    }
    zg_str_copy(text_of(o, option), ZG_OPTION_TEXT_MAX, value);
    return 0;
}

/* The words of the options that are not only numbers. */
static bool set_number_word(struct zg_options *o, const struct option *option, const char *value)
{
    uint32_t *number = number_of(o, option);

    if ((option->type == TYPE_OCTAL && zg_str_equal(value, "off")) ||
        (option->type == TYPE_HOLD && zg_str_equal(value, "auto")))
        *number = ZG_OPTION_UNSET;
    else if (option->type == TYPE_HOLD && zg_str_equal(value, "off"))
        *number = 0;
    else
        return false;
    return true;
}

static int set_number(struct zg_options *o, const struct option *option, const char *value,
                      struct zg_buf *error)
{
    bool octal = option->type == TYPE_OCTAL;
    uint64_t v;

    if (set_number_word(o, option, value))
        return 0;
    if (zg_str_number(value, strlen(value), octal ? 8 : 10, &v) < 0 || v < option->min ||
        v > option->max) {
        if (octal)
            zg_buf_format(error, "%s=%S: not an octal mode up to 0%o (or off)", option->name, value,
                          option->max);
        else
            zg_buf_format(error, "%s=%S: not %sa number from %u to %u", option->name, value,
                          option->type == TYPE_HOLD ? "auto, off or " : "", option->min,
                          option->max);
        return -ZG_EINVAL;
    }
    *number_of(o, option) = (uint32_t)v;
    return 0;
}

static int set_kind(struct zg_options *o, size_t kind, const char *value, struct zg_buf *error)
{
    uint32_t severity;

    if (set_word(&severity, kinds[kind].name, severities, value, error) < 0)
        return -ZG_EINVAL;
    o->severity[kind] = (uint8_t)severity;
    return 0;
}

int zg_options_set(struct zg_options *o, const char *key, const char *value, struct zg_buf *error)
{
    uint32_t help;

    if (zg_str_equal(key, "help")) {
        if (set_word(&help, key, "0|1", value, error) < 0)
            return -ZG_EINVAL;
        o->help = help == 1;
        return 0;
    }
    for (size_t i = 0; i < ZG_COUNT(options); i++) {
        if (!zg_str_equal(key, options[i].name))
            continue;
        if (options[i].type == TYPE_TEXT)
            return set_text(o, &options[i], value, error);
        if (options[i].type == TYPE_ENUM)
            return set_word(number_of(o, &options[i]), key, options[i].words, value, error);
        return set_number(o, &options[i], value, error);
    }
    for (size_t i = 0; i < kind_count; i++) {
        if (zg_str_equal(key, kinds[i].name))
            return set_kind(o, i, value, error);
    }
    return unknown_key(key, error);
}

static void help_value(struct zg_buf *out, const struct option *option, uint32_t v)
{
    char word[WORD_MAX];

    if (option->type == TYPE_ENUM)
        zg_buf_str(out, word_at(option->words, v, word, sizeof(word)) ? word : "?");
    else if (option->type == TYPE_UINT ||
             (option->type == TYPE_HOLD && v != 0 && v != ZG_OPTION_UNSET))
        zg_buf_dec(out, v);
    else if (option->type == TYPE_HOLD)
        zg_buf_str(out, v == 0 ? "off" : "auto");
    else if (v == ZG_OPTION_UNSET)
        zg_buf_str(out, "off");
    else
        zg_buf_oct(out, v);
}

static void help_option(const struct zg_options *o, const struct option *option, struct zg_buf *out)
{
    struct zg_options *values = (struct zg_options *)(uintptr_t)o; /* only read */

    zg_buf_format(out, "%s=", option->name);
    if (option->type == TYPE_TEXT) {
        zg_buf_format(out, "%S (default \"%s\"): %s\n", text_of(values, option), option->words,
                      option->text);
        return;
    }
    help_value(out, option, *number_of(values, option));
    zg_buf_str(out, " (default ");
    help_value(out, option, option->number);
    if (option->type == TYPE_ENUM)
        zg_buf_format(out, "; %s", option->words);
    else if (option->type == TYPE_HOLD)
        zg_buf_format(out, "; auto|off|%u to %u", option->min, option->max);
    else if (option->type == TYPE_UINT)
        zg_buf_format(out, "; %u to %u", option->min, option->max);
    else
        zg_buf_format(out, "; up to 0%o", option->max);
    zg_buf_format(out, "): %s\n", option->text);
}

void zg_options_help(const struct zg_options *o, struct zg_buf *out)
{
    char now[WORD_MAX], normal[WORD_MAX];

    for (size_t i = 0; i < ZG_COUNT(options); i++)
        help_option(o, &options[i], out);
    zg_buf_str(out, "include= (no default): reads options from a file, # begins a comment\n"
                    "help=0 (default 0; 0|1): print this\n");
    for (size_t i = 0; i < kind_count; i++) {
        word_at(severities, o->severity[i], now, sizeof(now));
        word_at(severities, kinds[i].severity, normal, sizeof(normal));
        zg_buf_format(out, "%s=%s (default %s; error|warning|off): severity of this finding\n",
                      kinds[i].name, now, normal);
    }
}
