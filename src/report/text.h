/* SPDX-License-Identifier: MPL-2.0 */
/* A finding of this process in the text form of reports (report/layout.h). */
#ifndef ZG_REPORT_TEXT_H
#define ZG_REPORT_TEXT_H

#include "report/layout.h"
#include "report/report.h"

/* Writes the report. What does not fit is left out, never the SUMMARY: out needs 2 KiB. Under the
 * report lock. */
void zg_text_write(const struct zg_report *r, const struct zg_palette *colours, struct zg_buf *out);
/* The line above an event's stack, without indentation, colon and newline. */
void zg_text_heading(const struct zg_finding *f, const struct zg_finding_event *e,
                     struct zg_buf *out);

#endif
