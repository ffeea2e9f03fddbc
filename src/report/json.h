/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The JSON form of a report: one object, one line. The schema, version 1. What is unknown is left
 * out. Numbers that may exceed 2^53 are strings in hexadecimal. Text from outside is escaped as in
 * text reports (\xHH for what is not printable ASCII, and for the backslash) before JSON's own
 * escapes, so that a record always is valid ASCII.
 *
 *   zmqguard      1: the schema's version; a field may be added to it, none changes
 *   record        "finding"; "summary" and "notice" have other fields, below
 *   kind          "cross-thread-use"
 *   severity      "error" | "warning"
 *   sentence      text after the kind in the first line
 *   fingerprint   16 hexadecimal digits: equal for the same defect across runs and rebuilds
 *   time          "2026-11-21T17:00:00.123456Z"
 *   pid, host, exe
 *   policy        the option as given: "auto", "fence", "strict", "overlap"
 *   test          {"PYTEST_CURRENT_TEST": "…"}: of PYTEST_CURRENT_TEST, TEST_TARGET (Bazel),
 *                 MESON_TEST_ITERATION, CTEST_INTERACTIVE_DEBUG_MODE, those that are set
 *   where         text of the SUMMARY line
 *   suppression   the line that would silence the finding
 *   lines         [text]: what stands below the first line
 *   threads       [{id, tid, name, main, internal, finished, creator}]    creator: an id
 *   objects       [{number, what, type, endpoints, creator}]
 *   events        [{role, heading, op, thread, object, call, age_ns, age_at_most, note, frames}]
 *     role        "access" first; "inside", "last-use", "created", "closed", "reborn",
 *                 "thread-created", "bind", "fork", "term", "user", "given", "taken", "holds"
 *     frames      [{pc, module, offset, build_id, symbol, symbol_offset, lines}]   innermost first
 *       script      true: a line of a script, which has lines but no address
 *       pc, offset  hexadecimal strings, of the call (the return address - 1); offset in the
 *                   module's own numbering, as addr2line takes it
 *       lines     [{function, file, line, column}]: inlined callees first
 *   endpoint      {uri, umask, components: [{path, type, mode, uid, gid, offending, why}],
 *                  peer: {uid, gid, pid, exe}}    umask and modes as text in octal
 *   rule, fix
 *   cut           true: stacks were shortened to make the record fit in 256 KiB
 *
 * Of a summary: calls, sockets, sockets_open, threads, libzmq_threads, policy_taken, policy_why,
 * handovers, strict_would_report, errors, warnings, repeated, suppressed, unwritten, untracked,
 * libraries [path], repeated_findings [{kind, where, count}], suppressions [{kind, pattern, file,
 * line, hits, expired}], blind_spots [text]. Of a notice: text. libzmqguard(7), RECORDS, says all
 * this to users.
 */
#ifndef ZG_REPORT_JSON_H
#define ZG_REPORT_JSON_H

#include "base/str.h"
#include "report/report.h"

#define ZG_JSON_VERSION 1

struct zg_json;

/* time, pid, host, exe, policy */
void zg_json_process(struct zg_json *j, int pid, uint64_t wall_ns);
/* {"zmqguard": 1, "record": "notice", …, "text": line} */
void zg_json_notice(const char *line, struct zg_buf *out);
/* out: of ZG_JSON_BYTES. The record is complete whatever its size would be. */
void zg_json_write(const struct zg_report *r, struct zg_buf *out);

#endif
