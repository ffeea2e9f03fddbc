/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Lines for addresses, found outside of the host: one run of `zmqguard symbolize --pipe` a report.
 *
 * The host does not notice: the helper is no child that its wait() sees and sends no SIGCHLD, it
 * has an environment of its own (PATH, HOME, XDG_CACHE_HOME, TMPDIR and DEBUGINFOD_* of the host's,
 * nothing else), no descriptors but its pipes (stderr is /dev/null), and is killed after
 * ZG_SYMBOLIZE_MS. After one failure the process does not try again.
 *
 * The protocol, both ways in text:
 *   request:  MODULE-PATH <TAB> BUILD-ID-IN-HEX <TAB> OFFSET-IN-HEX <LF>     any number, then EOF
 *             The path is absolute and without control characters; the build-id may be empty. The
 *             offset is an address in the module's own numbering (as addr2line takes it) and lies
 *             inside of the call instruction: nothing is to be subtracted.
 *   reply:    for each request, in order, one or more lines
 *             FUNCTION <TAB> FILE <TAB> LINE <TAB> COLUMN <LF>
 *             inlined callees first, the function that contains them last; then an empty line.
 *             Functions are demangled. What is unknown is empty (text) or 0 (number). An address
 *             of which nothing is known has the empty line only. No field holds control characters.
 *             The helper may answer while it still reads.
 */
#ifndef ZG_REPORT_SYMBOLIZE_H
#define ZG_REPORT_SYMBOLIZE_H

#include "base/compiler.h"

struct zg_buf;

#define ZG_SYMBOLIZE_MS 3000

/* Notes how the process is sandboxed at its start: where a filter was added since, nothing is
 * started any more (the filter may kill). Called once, before main. */
void zg_symbolize_init(void);

/*
 * Writes request to a helper and reads all that it answers into reply, which is then cut at the
 * last complete answer. 0, or negative when there is no helper, it may not be started, or it did
 * not end in time (what it said until then is in reply). Blocks for ZG_SYMBOLIZE_MS and a second at
 * most. Called under the report lock, so with signals blocked.
 */
int zg_symbolize_run(const struct zg_buf *request, struct zg_buf *reply);
/* The helper's path: next to the guard, or where it is installed. False when there is none. */
bool zg_symbolize_helper(char *path, size_t cap);

#endif
