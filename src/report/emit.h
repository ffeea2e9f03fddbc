/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What becomes of a finding: whether it is written, and what happens to the program after it.
 *
 * An error under on_error=abort or exit always is written, whatever max_reports says. While one
 * thread ends the process the others' findings wait, so that its SUMMARY stays the last word.
 */
#ifndef ZG_REPORT_EMIT_H
#define ZG_REPORT_EMIT_H

#include "base/compiler.h"

struct zg_buf;

/* Once, before main, after the options are known. Suppressions that cannot be read end the process
 * with status 2. */
void zg_emit_init(void);
/* The process uses libzmq. */
void zg_emit_prepare(void);
void zg_emit_after_fork(void);
/* What on_error=exit does before the end: the exit summary. NULL: nothing. */
void zg_emit_at_exit(void (*function)(void));
/* Writes a line of the guard's own, without newline, where reports go; with format=json as
 * {"zmqguard": 1, "record": "notice", "text": …}. */
void zg_emit_notice(const struct zg_buf *line);
/* Writes a record (the exit summary) as it is. */
void zg_emit_record(const struct zg_buf *record);
/* Findings that were not written for want of room or by max_reports. */
uint64_t zg_emit_unwritten(void);

/* Called after each report was written, and before the program is stopped: a place for a
 * debugger's breakpoint (libzmqguard(7), DEBUGGING). */
ZG_EXPORT void zmqguard_on_report(void);

#endif
