/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Where reports go: stderr, a file of this process, or the system's log; when that fails the next
 * of file -> stderr -> system log, so that a finding is never lost for want of one of them.
 *
 * stderr is kept as a duplicate above the host's descriptors, and written to only while it is what
 * it was at the start: a host that closed 2 and opened its data file there does not find reports
 * in it. A child that detached from the terminal gives the duplicate up. Every descriptor is
 * checked by device and inode before use: a daemon may have closed all, and reused the number.
 *
 * All functions but zg_sink_init() are called under the report lock, so with signals blocked. None
 * raises a signal in the host (SIGPIPE, SIGXFSZ), or waits for a stuck reader for more than
 * ZG_SINK_MS.
 */
#ifndef ZG_REPORT_SINK_H
#define ZG_REPORT_SINK_H

#include <sys/stat.h>

#include "report/report.h"

#define ZG_SINK_MS 3000

/* Takes the options. With on_error=log the file is opened now, while the host still may. */
void zg_sink_init(void);
/* Writes a record: of report r, or, for NULL, a notice or the exit summary. */
void zg_sink_write(const char *text, size_t len, const struct zg_report *r);
/* Would a report to the sink be read on a terminal? */
bool zg_sink_is_terminal(void);
/* Bytes ever handed to the sink. */
uint64_t zg_sink_written(void);
/* In the child of a fork: a log of its own; stderr only when it still is the same. */
void zg_sink_after_fork(void);
/* Writes all of it, whatever fd is. 0 or -errno. (sink_fd.c) */
int zg_sink_put(int fd, const char *text, size_t len);
/* Signals are blocked when these are called: SIGPIPE and SIGXFSZ that writes raised in between are
 * taken back, unless they were pending before. */
uint64_t zg_sink_pending(void);
void zg_sink_take_back(uint64_t before);
/* A descriptor, and which file it was. */
struct zg_sink_fd {
    int fd; /* -1 none */
    dev_t dev;
    ino_t ino;
};
/* Takes the descriptor and remembers its file; false (and -1) when it is none. */
bool zg_sink_fd_take(struct zg_sink_fd *f, int fd);
/* Is fd that file? */
bool zg_sink_fd_is(const struct zg_sink_fd *f, int fd);
/* Closes it, unless the number is another file's by now. */
void zg_sink_fd_drop(struct zg_sink_fd *f);

#endif
