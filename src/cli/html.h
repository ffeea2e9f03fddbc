/* SPDX-License-Identifier: MPL-2.0 */
/* Pieces of the HTML report: text, style, and the drawing of who owns what. */
#ifndef ZG_CLI_HTML_H
#define ZG_CLI_HTML_H

#include <stdio.h>

#include "cli/record.h"

/* Writes text with the characters that mean something to HTML replaced. */
void zg_html_text(FILE *out, const char *text);
/* The same for max characters at most; "…" stands for the rest. */
void zg_html_short(FILE *out, const char *text, size_t max);

/* The style sheet: light and dark by the reader's preference. */
extern const char zg_html_style[];
/* The page's script, and what its Content-Security-Policy calls it: "sha256-…". */
extern const char zg_html_script[];
extern const char zg_html_script_hash[];
/* Arrow heads, once in a page, before the first drawing. */
extern const char zg_html_markers[];

/*
 * Draws the threads (left), objects (middle) and endpoints (right) of the records, which are all of
 * one process. Edges show who owns which object, and who used it against the rule. Draws nothing
 * when the records name no thread and no object.
 */
void zg_html_drawing(const struct zg_record *const *records, size_t count, FILE *out);

#endif
