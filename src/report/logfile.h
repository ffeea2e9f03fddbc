/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The log file of log_path: PATH.PID, or what %p (pid), %e (program), %h (host), %% make of it.
 *
 * Created with O_EXCL and O_NOFOLLOW, mode 0600, in a directory to which a way leads that nobody
 * untrusted can redirect; one that exists is appended to when it is a regular file of ours with one
 * name that only we may write to. So no planted link, fifo or file is ever written to. The file is
 * made anew when it vanished (rotation), and in a child of fork. A root's character device
 * (/dev/null) is written to as it is.
 */
#ifndef ZG_REPORT_LOGFILE_H
#define ZG_REPORT_LOGFILE_H

#include "base/compiler.h"

struct zg_buf;

/* The pattern is kept, relative to the directory that is the current one now. Opens nothing. */
void zg_logfile_init(const char *pattern);
/* Looks the directory up and holds it open, so that the file can be made when the host has changed
 * its root or current directory. False: *why says what is wrong (a constant). */
bool zg_logfile_prepare(const char **why);
/* A descriptor to append to, or negative: *why says what is wrong (a constant). */
int zg_logfile_open(const char **why);
/* The pattern's expansion for this process. */
void zg_logfile_expand(const char *pattern, struct zg_buf *out);

#endif
