/* SPDX-License-Identifier: MPL-2.0 */
/* Reports to the system's log, without libc's syslog(): no connection is kept. */
#ifndef ZG_REPORT_SYSLOG_H
#define ZG_REPORT_SYSLOG_H

#include "report/report.h"

/* Where the log is, and how long a record may wait for room in it. */
struct zg_syslog_at {
    const char *journal, *device;
    uint64_t wait_ns;
};

/*
 * To the journal (its native protocol, with the fields MESSAGE, PRIORITY, SYSLOG_IDENTIFIER,
 * CODE_FUNC and ZMQGUARD_KIND, ZMQGUARD_SEVERITY, ZMQGUARD_WHERE, ZMQGUARD_FINGERPRINT), else to
 * the syslog socket, one datagram a line. r: NULL for a notice. *taken: bytes of whole lines that
 * the log has. 0, -EAGAIN when there was no room for the rest in time, or another negative number.
 * A log that took nothing in all of the time is not waited for again until it takes something.
 * Under the report lock.
 */
int zg_syslog_write(const struct zg_syslog_at *at, const char *text, size_t len,
                    const struct zg_report *r, size_t *taken);

#endif
