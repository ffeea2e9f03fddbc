/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The text form of a report (libzmqguard(7), REPORTS, shows one):
 *   a rule of '='; ERROR: or WARNING:; lines; the events with their stacks; the endpoint; the
 *   rule, the fix and the suppression; for an error SUMMARY: as the last line; a rule.
 */
#ifndef ZG_REPORT_TEXT_H
#define ZG_REPORT_TEXT_H

#include "base/str.h"
#include "report/report.h"

/* Colours of a terminal; empty strings where there is none. */
struct zg_palette {
    const char *alarm, *head, *strong, *end;
};
extern const struct zg_palette zg_palette_plain, zg_palette_colour;

/* Writes the report. What does not fit is left out, never the SUMMARY: out needs 2 KiB. */
void zg_text_write(const struct zg_report *r, const struct zg_palette *colours, struct zg_buf *out);
/* text_event.c: the line above an event's stack, without indentation, colon and newline. */
void zg_text_heading(const struct zg_finding *f, const struct zg_finding_event *e,
                     struct zg_buf *out);
/* One frame or several (inlines), numbered from *n on. */
void zg_text_frames(const struct zg_place *p, uint32_t *n, struct zg_buf *out);
/* "98 ms", "1.2 s" */
void zg_text_age(uint64_t ns, struct zg_buf *out);

#endif
