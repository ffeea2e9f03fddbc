/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Where reports go: stderr, a file of this process, or the system's log; when that fails the next
 * of file -> stderr -> system log, so that a finding is never lost for want of one of them. Of a
 * record that the system's log has the beginning of, stderr gets the rest, and the log a word on
 * how much it was.
 *
 * Nothing is kept open and no file is made before the process uses libzmq or has something to say,
 * but for a word that was asked for at the end (summary=, require=): that needs a stderr.
 *
 * stderr is descriptor 2 while that is the file that it was at the start. After that it is the
 * duplicate that a process with libzmq keeps above the host's descriptors (of a terminal or a file:
 * the reader of a pipe may wait for its end). After that it is what the host has put in its place
 * and is known to be a log: a terminal, or a file for appending that is one open description with
 * descriptor 1. A host that opened its data file as 2 does not find reports in it. Every descriptor
 * that is kept is checked by device and inode before use: a daemon may have closed all, and reused
 * the number.
 *
 * All functions but zg_sink_init() are called under the report lock, so with signals blocked. None
 * raises a signal in the host (SIGPIPE, SIGXFSZ), or waits for a stuck reader for more than
 * ZG_SINK_MS.
 */
#ifndef ZG_REPORT_SINK_H
#define ZG_REPORT_SINK_H

#include <sys/stat.h>

#include "report/report.h"
#include "report/syslog.h"

#define ZG_SINK_MS   3000
#define ZG_SINK_KEPT 1024 /* descriptors that are looked at for a stderr that the host keeps */

/* Takes the options, and remembers what stderr is. */
void zg_sink_init(void);
/* The process uses libzmq: takes hold of stderr, or of the log file's directory. */
void zg_sink_prepare(void);
/* Writes a record: of report r, or, for NULL, a notice or the exit summary. */
void zg_sink_write(const char *text, size_t len, const struct zg_report *r);
/* Writes the report itself, in the form and colours that the options say. */
void zg_sink_report(const struct zg_report *r);
/* Would a report to the sink be read on a terminal? */
bool zg_sink_is_terminal(void);
/* Bytes ever handed to the sink. */
uint64_t zg_sink_written(void);
/* Lines that the system's log had no room for, and that it was not told of; may be called at any
 * time. Tells it, if there is room now. */
uint32_t zg_sink_refused(void);
void zg_sink_tell_refused(void);
/* Until fd can be written to; false when it is time. */
bool zg_sink_wait(int fd, uint64_t until);
/* Where the system's log is; a test has another. */
extern struct zg_syslog_at zg_sink_syslog;
/* In the child of a fork: a log of its own, and nothing kept of stderr. */
void zg_sink_after_fork(void);
/* Writes all of it, whatever fd is. 0 or -errno. */
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
