/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The options of one process, read once at start from ZMQGUARD_OPTIONS, include= files and the
 * application's zmqguard_default_options(). Constant afterwards.
 */
#ifndef ZG_HOST_OPTIONS_H
#define ZG_HOST_OPTIONS_H

#include "base/compiler.h"

#define ZG_OPTION_UNSET     ((uint32_t)0xffffffff)
#define ZG_OPTION_TEXT_MAX  1024
#define ZG_OPTION_KINDS_MAX 64

struct zg_options {
#define ZG_OPTION_ENUM(name, def, choices, text)  uint32_t name;
#define ZG_OPTION_UINT(name, def, min, max, text) uint32_t name;
#define ZG_OPTION_OCTAL(name, def, max, text)     uint32_t name;
#define ZG_OPTION_HOLD(name, def, max, text)      uint32_t name;
#define ZG_OPTION_TEXT(name, def, text)           char name[ZG_OPTION_TEXT_MAX];
#include "host/options.def"
#undef ZG_OPTION_ENUM
#undef ZG_OPTION_UINT
#undef ZG_OPTION_OCTAL
#undef ZG_OPTION_HOLD
#undef ZG_OPTION_TEXT
    bool help; /* help=1 was given */
    /* Severity of each kind: KIND=error|warning|off; the kind's default where not given. */
    uint8_t severity[ZG_OPTION_KINDS_MAX];
};

extern struct zg_options zg_options;

/* For the parser, which knows kinds only by what the report floor tells it. */
struct zg_option_kind {
    const char *name;
    uint8_t severity; /* 0 off, 1 warning, 2 error */
};

enum zg_on_error { ZG_ON_ERROR_ABORT, ZG_ON_ERROR_EXIT, ZG_ON_ERROR_LOG };

struct zg_buf;

/* Everything at its default. */
void zg_options_defaults(struct zg_options *o, const struct zg_option_kind *kinds, size_t count);
/*
 * Parses "key=value:key=value" (separators ':' ',' space, tab and newline; single or double
 * quotes) into o. Several values may contain the separator ',' only when quoted. include=FILE reads
 * a file of the same form with '#' comments. Returns 0, or -ZG_EINVAL with a message that names
 * what is wrong and the nearest right one in *error.
 */
int zg_options_parse(struct zg_options *o, const char *text, struct zg_buf *error);
/* One of them. help and every option and kind; not include. Errors as above. */
int zg_options_set(struct zg_options *o, const char *key, const char *value, struct zg_buf *error);
/* One line an option and kind: name, default, current value, sentence. */
void zg_options_help(const struct zg_options *o, struct zg_buf *out);
/* Is the id in a list such as "1000,1003-1005"? */
bool zg_options_id_listed(const char *list, uint32_t id);

#endif
