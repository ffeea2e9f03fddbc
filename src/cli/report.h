/* SPDX-License-Identifier: MPL-2.0 */
/* The forms that zmqguard report writes. Each writer gets all groups and writes a whole document.
 */
#ifndef ZG_CLI_REPORT_H
#define ZG_CLI_REPORT_H

#include <stdio.h>

#include "cli/group.h"

/* One writer a form, as above. */
void zg_report_text(const struct zg_groups *g, FILE *out);
void zg_report_junit(const struct zg_groups *g, FILE *out);
void zg_report_sarif(const struct zg_groups *g, FILE *out);
void zg_report_github(const struct zg_groups *g, FILE *out);
void zg_report_gitlab(const struct zg_groups *g, FILE *out);
void zg_report_html(const struct zg_groups *g, FILE *out);
/* What the processes say of themselves: calls checked, blind spots, runs. */
void zg_report_proof(const struct zg_groups *g, FILE *out);
/* A suppression file with an entry for each group. */
void zg_report_suppressions(const struct zg_groups *g, FILE *out);

/* Parts that several forms share: */

/* --frames=all: no folded libraries, no shortened names. */
extern bool zg_report_all_frames;
/* One record as the guard's own text report. */
void zg_report_text_record(const struct zg_record *r, FILE *out);
/* "3 times, in 2 processes on 2 hosts, first 2026-…, last 2026-…", freed by the caller. */
char *zg_report_count_text(const struct zg_group *group);
/* "; the other use: src/a.c:12 in f", or "" when there is no other with a place. */
char *zg_report_other_place(const struct zg_record *r);
/* The text form of the record in memory, freed by the caller. */
char *zg_report_text_of(const struct zg_record *r);

/* The text behind the guard's escapes when it is printable UTF-8, else the text as it is. Freed by
 * the caller. */
char *zg_report_readable(const char *escaped);
/*
 * The path of a place as CI systems want it: relative to the working directory where it lies
 * below, without "./"; "" when there is no file. Freed by the caller.
 */
char *zg_report_path(const struct zg_frame *place);
/* The kind's default rule and fix, by name; "" when the kind is not known. */
const char *zg_report_kind_rule(const char *kind);
const char *zg_report_kind_fix(const char *kind);

#endif
