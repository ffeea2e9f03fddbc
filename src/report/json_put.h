/* SPDX-License-Identifier: MPL-2.0 */
/* Writing JSON: members and elements with their commas. key: NULL in an array. */
#ifndef ZG_REPORT_JSON_PUT_H
#define ZG_REPORT_JSON_PUT_H

#include "base/str.h"

struct zg_json {
    struct zg_buf *out;
    bool comma; /* something stands before the next member */
};

/* bracket: '{' or '['; and what closes it */
void zg_json_open(struct zg_json *j, const char *key, char bracket);
void zg_json_close(struct zg_json *j, char bracket);
/* Raw text: escaped as reports do, then as JSON wants it. */
void zg_json_text(struct zg_json *j, const char *key, const char *raw);
/* Text that is escaped as reports do already. */
void zg_json_escaped(struct zg_json *j, const char *key, const char *text);
void zg_json_number(struct zg_json *j, const char *key, uint64_t v);
/* The number unless it is the one that says "unknown". */
void zg_json_known(struct zg_json *j, const char *key, uint64_t v, uint64_t unknown);
void zg_json_flag(struct zg_json *j, const char *key, bool v);
/* As text: "0x1a2f", "0600". */
void zg_json_hex(struct zg_json *j, const char *key, uint64_t v);
void zg_json_octal(struct zg_json *j, const char *key, uint64_t v);

#endif
